import { HTTPException } from 'hono/http-exception';
import { demandSight } from './access.js';
import { answerPage, readJson, unprocessable } from './answers.js';
import { formatCommit, formatRepository, formatUser } from './formats.js';
import type { CommitStatus, RepositoryState } from './github-state.js';
import type { GithubService } from './service.js';
import { emit, findRepository } from './service.js';

const states: ReadonlySet<unknown> = new Set(['error', 'failure', 'pending', 'success']);

/** The commit of a sha, branch or tag. Throws 422. */
function resolve(state: RepositoryState, name: string): string {
  const found = state.refs.get(`heads/${name}`) ?? state.refs.get(`tags/${name}`) ?? state.refs.get(name);
  if (found !== undefined) return found;
  if (/^[a-f0-9]{40}$/.test(name)) return name;
  const known = [...state.refs.values()].find((sha) => name.length >= 7 && sha.startsWith(name));
  if (known === undefined) throw new HTTPException(422, { message: `No commit found for SHA: ${name}` });
  return known;
}

/** Newest first. */
function statusesOf(state: RepositoryState, sha: string): readonly CommitStatus[] {
  return state.statuses.filter((item) => item.sha === sha).reverse();
}

/** Commits and their statuses. @see https://docs.github.com/en/rest/commits/statuses */
export function serveCommits(service: GithubService): void {
  const { app, access, newId, now } = service;
  app.get('/repos/:owner/:repo/commits', (context) => {
    const { state } = findRepository(service, context);
    const sha = resolve(state, context.req.query('sha') ?? state.defaultBranch);
    return answerPage(context, [formatCommit(context, state, sha, now())]);
  });
  app.get('/repos/:owner/:repo/commits/:ref/status', (context) => {
    const { state, has } = findRepository(service, context);
    const sha = resolve(state, context.req.param('ref'));
    const latest = new Map<string, CommitStatus>();
    for (const status of statusesOf(state, sha)) if (!latest.has(status.context)) latest.set(status.context, status);
    const statuses = [...latest.values()];
    const failed = statuses.some(({ state: one }) => one === 'failure' || one === 'error');
    const pending = statuses.length === 0 || statuses.some(({ state: one }) => one === 'pending');
    const combined = failed ? 'failure' : pending ? 'pending' : 'success';
    const repository = formatRepository(context, state, has);
    return context.json({ state: combined, sha, total_count: statuses.length, statuses, repository });
  });
  app.get('/repos/:owner/:repo/commits/:ref/statuses', (context) => {
    const { state } = findRepository(service, context);
    return answerPage(context, statusesOf(state, resolve(state, context.req.param('ref'))));
  });
  app.get('/repos/:owner/:repo/commits/:ref', (context) => {
    const { state } = findRepository(service, context);
    const sha = resolve(state, context.req.param('ref'));
    if (context.req.header('accept')?.includes('sha') === true) return context.text(sha);
    return context.json(formatCommit(context, state, sha, now()));
  });
  app.post('/repos/:owner/:repo/statuses/:sha', async (context) => {
    const { state, has } = findRepository(service, context);
    const creator = formatUser(access.require(context));
    demandSight(has, 'write');
    const body = await readJson(context);
    if (!states.has(body['state'])) throw unprocessable('Status', 'state', 'invalid');
    const optional = (field: string) => (typeof body[field] === 'string' ? (body[field] as string) : null);
    const status: CommitStatus = {
      id: newId(),
      sha: resolve(state, context.req.param('sha')),
      state: body['state'] as CommitStatus['state'],
      context: optional('context') ?? 'default',
      description: optional('description'),
      target_url: optional('target_url'),
      created_at: now(),
      updated_at: now(),
    };
    if ((status.description?.length ?? 0) > 140) throw unprocessable('Status', 'description', 'custom');
    state.statuses.push(status);
    emit(service, context, 'status', { ...status }, state);
    return context.json({ ...status, creator }, 201);
  });
}
