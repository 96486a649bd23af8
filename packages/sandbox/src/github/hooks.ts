import { HTTPException } from 'hono/http-exception';
import { demandSight } from './access.js';
import type { Call, Json } from './answers.js';
import { answerPage, notFound, numberOf, readJson, textOf } from './answers.js';
import { formatHook, formatRepository, formatUser } from './formats.js';
import type { Hook, RepositoryState } from './github-state.js';
import type { GithubService } from './service.js';
import { findRepository } from './service.js';

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** Two hooks to one address with one event in common are one too many. */
function refuseTwin(state: RepositoryState, { id, config, events }: Pick<Hook, 'config' | 'events'> & { id?: number }) {
  const isTwin = (hook: Hook) =>
    hook.id !== id && hook.config['url'] === config['url'] && hook.events.some((event) => events.includes(event));
  if (![...state.hooks.values()].some(isTwin)) return;
  const cause = { errors: [{ resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' }] };
  throw new HTTPException(422, { message: 'Validation Failed', cause });
}

/** Webhooks, their pings and deliveries. @see https://docs.github.com/en/rest/repos/webhooks */
export function serveHooks(service: GithubService): void {
  const { app, access, deliveries, newId, now } = service;
  const find = (context: Call) => {
    const { state, has } = findRepository(service, context);
    access.require(context);
    demandSight(has, 'admin');
    return state;
  };
  const findHook = (context: Call) => {
    const state = find(context);
    const hook = state.hooks.get(numberOf(context, 'id'));
    if (hook === undefined) throw notFound();
    return { state, hook };
  };
  const common = (context: Call, state: RepositoryState) => ({
    repository: formatRepository(context, state, 'read'),
    sender: formatUser(access.require(context)),
  });
  const ping = (context: Call, state: RepositoryState, hook: Hook) => {
    const payload = { zen: 'Anything added dilutes everything else.', hook_id: hook.id };
    deliveries.send(hook, 'ping', {
      ...payload,
      hook: formatHook(context, state, hook),
      ...common(context, state),
    });
  };

  app.get('/repos/:owner/:repo/hooks', (context) => {
    const state = find(context);
    return answerPage(
      context,
      [...state.hooks.values()].map((hook) => formatHook(context, state, hook)),
    );
  });
  app.post('/repos/:owner/:repo/hooks', async (context) => {
    const state = find(context);
    const body = await readJson(context);
    const config = (body['config'] ?? {}) as Json;
    textOf(config, 'Hook', 'url');
    const events = isTexts(body['events']) ? body['events'] : ['push'];
    refuseTwin(state, { config, events });
    const hook: Hook = {
      id: newId(),
      active: body['active'] !== false,
      events,
      config,
      createdAt: now(),
      updatedAt: now(),
      deliveries: [],
      lastResponse: { code: null, status: 'unused', message: null },
    };
    state.hooks.set(hook.id, hook);
    ping(context, state, hook);
    return context.json(formatHook(context, state, hook), 201);
  });
  app.get('/repos/:owner/:repo/hooks/:id', (context) => {
    const { state, hook } = findHook(context);
    return context.json(formatHook(context, state, hook));
  });
  app.patch('/repos/:owner/:repo/hooks/:id', async (context) => {
    const { state, hook } = findHook(context);
    const { active, events, add_events: added, remove_events: removed, config } = await readJson(context);
    const asked = isTexts(events) ? events : hook.events;
    const more = isTexts(added) ? [...new Set([...asked, ...added])] : asked;
    const wanted = isTexts(removed) ? more.filter((event) => !removed.includes(event)) : more;
    // All of it is replaced: a secret that is not sent again is gone.
    const newConfig = typeof config === 'object' && config !== null ? (config as Json) : hook.config;
    textOf(newConfig, 'Hook', 'url');
    refuseTwin(state, { id: hook.id, config: newConfig, events: wanted });
    if (typeof active === 'boolean') hook.active = active;
    hook.events = wanted;
    hook.config = newConfig;
    hook.updatedAt = now();
    return context.json(formatHook(context, state, hook));
  });
  app.delete('/repos/:owner/:repo/hooks/:id', (context) => {
    const { state, hook } = findHook(context);
    state.hooks.delete(hook.id);
    return context.body(null, 204);
  });
  app.post('/repos/:owner/:repo/hooks/:id/pings', (context) => {
    const { state, hook } = findHook(context);
    ping(context, state, hook);
    return context.body(null, 204);
  });
  app.post('/repos/:owner/:repo/hooks/:id/tests', (context) => {
    const { state, hook } = findHook(context);
    const after = state.refs.get(`heads/${state.defaultBranch}`);
    // Only a hook that asked for pushes hears of one.
    if (after !== undefined && (hook.events.includes('push') || hook.events.includes('*'))) {
      const payload = { ref: `refs/heads/${state.defaultBranch}`, before: after, after, commits: [] };
      deliveries.send(hook, 'push', { ...payload, ...common(context, state) });
    }
    return context.body(null, 204);
  });
  app.get('/repos/:owner/:repo/hooks/:id/deliveries', (context) =>
    answerPage(context, findHook(context).hook.deliveries),
  );
}
