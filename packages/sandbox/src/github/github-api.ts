import type { Context } from 'hono';
import { Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { Clock } from '../clock.js';
import type { NodeEnv } from '../http/bindings.js';
import type {
  Comment,
  CommitStatus,
  GithubRepositorySeed,
  Hook,
  Permission,
  Pull,
  RepositoryState,
} from './github-state.js';
import { addPull, createRepository } from './github-state.js';

/** GitHub's REST API over repositories in memory. */
export interface GithubApi {
  readonly app: Hono<NodeEnv>;
  /** Adds or replaces a repository. */
  seed(repository: GithubRepositorySeed): void;
}

type Call = Context<NodeEnv>;
type Json = Record<string, unknown>;

const states: ReadonlySet<unknown> = new Set(['error', 'failure', 'pending', 'success']);
const permissions: readonly Permission[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin'];

function notFound(): HTTPException {
  return new HTTPException(404, { message: 'Not Found' });
}

function unprocessable(resource: string, field: string, code = 'missing_field'): HTTPException {
  const cause = { errors: [{ resource, field, code }] };
  return new HTTPException(422, { message: 'Validation Failed', cause });
}

/**
 * Repositories, pull requests, refs, commits, statuses, comments, collaborators and hooks.
 *
 * @see https://docs.github.com/en/rest
 */
export function createGithubApi(options: {
  readonly clock: Pick<Clock, 'now'>;
  readonly repositories?: readonly GithubRepositorySeed[];
  /** Login of who asks. @default 'sandbox' */
  readonly login?: string;
}): GithubApi {
  const { clock, login = 'sandbox' } = options;
  const repositories = new Map<string, RepositoryState>();
  const now = () => new Date(clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  let lastId = 0;
  const newId = () => (lastId += 1);
  const seed = (repository: GithubRepositorySeed) => {
    repositories.set(`${repository.owner}/${repository.name}`.toLowerCase(), createRepository(repository, now()));
  };
  options.repositories?.forEach(seed);

  const app = new Hono<NodeEnv>();
  app.onError((error, context) => {
    const status = error instanceof HTTPException ? error.status : 500;
    const message = error instanceof HTTPException ? error.message : 'Server Error';
    const details = (error.cause ?? {}) as Json;
    return context.json(
      { message, ...details, documentation_url: 'https://docs.github.com/rest', status: String(status) },
      status,
    );
  });
  app.notFound((context) =>
    context.json({ message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' }, 404),
  );

  const find = (context: Call): RepositoryState => {
    const { owner = '', repo = '' } = context.req.param() as { owner?: string; repo?: string };
    const found = repositories.get(`${owner}/${repo}`.toLowerCase());
    if (found === undefined) throw notFound();
    return found;
  };
  const base = (context: Call) => new URL(context.req.url).origin;
  const urlOf = (context: Call, { owner, name }: RepositoryState) => `${base(context)}/repos/${owner}/${name}`;
  const user = (name: string) => ({ login: name, type: 'User' });
  const read = async (context: Call): Promise<Json> => {
    const body: unknown = await context.req.json().catch(() => undefined);
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Json;
    throw new HTTPException(400, { message: 'Problems parsing JSON' });
  };
  const text = (body: Json, resource: string, field: string): string => {
    const value = body[field];
    if (typeof value === 'string' && value !== '') return value;
    throw unprocessable(resource, field);
  };
  const number = (context: Call, name: string) => Number((context.req.param() as Record<string, string>)[name]);

  /** One page, with the Link header that names the others. */
  const page = (context: Call, items: readonly unknown[]): Response => {
    const size = Math.min(100, Math.max(1, Number(context.req.query('per_page') ?? 30) || 30));
    const at = Math.max(1, Number(context.req.query('page') ?? 1) || 1);
    const last = Math.max(1, Math.ceil(items.length / size));
    const link = (to: number, rel: string) => {
      const url = new URL(context.req.url);
      url.searchParams.set('page', String(to));
      return `<${url.href}>; rel="${rel}"`;
    };
    const links = [
      ...(at < last ? [link(at + 1, 'next'), link(last, 'last')] : []),
      ...(at > 1 ? [link(1, 'first'), link(at - 1, 'prev')] : []),
    ];
    if (links.length > 0) context.header('link', links.join(', '));
    return context.json(items.slice((at - 1) * size, at * size) as Json[]);
  };

  const formatRepository = (context: Call, state: RepositoryState) => ({
    id: 1,
    name: state.name,
    full_name: `${state.owner}/${state.name}`,
    private: false,
    owner: user(state.owner),
    url: urlOf(context, state),
    default_branch: state.defaultBranch,
    permissions: { admin: true, push: true, pull: true },
  });
  const formatPull = (context: Call, state: RepositoryState, pull: Pull) => ({
    number: pull.number,
    state: pull.state,
    title: pull.title,
    body: pull.body,
    user: user(pull.user),
    url: `${urlOf(context, state)}/pulls/${pull.number}`,
    draft: false,
    merged: false,
    mergeable: true,
    head: { ...pull.head, label: `${pull.user}:${pull.head.ref}`, repo: formatRepository(context, state) },
    base: { ...pull.base, label: `${state.owner}:${pull.base.ref}`, repo: formatRepository(context, state) },
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
  });
  const formatRef = (context: Call, state: RepositoryState, [name, sha]: readonly [string, string]) => ({
    ref: `refs/${name}`,
    url: `${urlOf(context, state)}/git/refs/${name}`,
    object: { type: 'commit', sha, url: `${urlOf(context, state)}/git/commits/${sha}` },
  });
  const formatCommit = (context: Call, state: RepositoryState, sha: string) => ({
    sha,
    url: `${urlOf(context, state)}/commits/${sha}`,
    commit: { message: '', author: { name: state.owner, date: now() }, committer: { name: state.owner, date: now() } },
    parents: [],
  });
  const formatComment = (context: Call, state: RepositoryState, comment: Comment) => ({
    id: comment.id,
    body: comment.body,
    user: user(comment.user),
    url: `${urlOf(context, state)}/issues/comments/${comment.id}`,
    issue_url: `${urlOf(context, state)}/issues/${comment.issue}`,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
  });
  const formatHook = (context: Call, state: RepositoryState, hook: Hook) => {
    const { secret, ...config } = hook.config;
    return {
      id: hook.id,
      type: 'Repository',
      name: 'web',
      active: hook.active,
      events: hook.events,
      // GitHub never gives the secret back.
      config: secret === undefined ? config : { ...config, secret: '********' },
      url: `${urlOf(context, state)}/hooks/${hook.id}`,
      created_at: hook.createdAt,
    };
  };
  /** The commit of a sha, branch or tag. */
  const resolve = (state: RepositoryState, name: string): string => {
    const found = state.refs.get(`heads/${name}`) ?? state.refs.get(`tags/${name}`) ?? state.refs.get(name);
    if (found !== undefined) return found;
    if (/^[a-f0-9]{40}$/.test(name)) return name;
    const known = [...state.refs.values()].find((sha) => name.length >= 7 && sha.startsWith(name));
    if (known === undefined) throw new HTTPException(422, { message: `No commit found for SHA: ${name}` });
    return known;
  };
  const statusesOf = (state: RepositoryState, sha: string) =>
    state.statuses.filter((item) => item.sha === sha).reverse();

  app.get('/user', (context) => context.json(user(login)));
  app.get('/rate_limit', (context) =>
    context.json({ rate: { limit: 5000, remaining: 5000, used: 0, reset: Math.floor(clock.now() / 1000) + 3600 } }),
  );
  app.get('/repos/:owner/:repo', (context) => context.json(formatRepository(context, find(context))));

  app.get('/repos/:owner/:repo/pulls', (context) => {
    const state = find(context);
    const wanted = context.req.query('state') ?? 'open';
    const found = [...state.pulls.values()].filter((pull) => wanted === 'all' || pull.state === wanted);
    return page(
      context,
      found.reverse().map((pull) => formatPull(context, state, pull)),
    );
  });
  app.post('/repos/:owner/:repo/pulls', async (context) => {
    const state = find(context);
    const body = await read(context);
    const [title, head, to] = ['title', 'head', 'base'].map((field) => text(body, 'PullRequest', field)) as [
      string,
      string,
      string,
    ];
    const ref = head.split(':').at(-1) ?? head;
    const sha = state.refs.get(`heads/${ref}`);
    if (sha === undefined) throw unprocessable('PullRequest', 'head', 'invalid');
    const pull = addPull(
      state,
      { title, body: String(body['body'] ?? ''), user: login, head: { ref, sha }, base: { ref: to } },
      now(),
    );
    return context.json(formatPull(context, state, pull), 201);
  });
  const findPull = (context: Call, state: RepositoryState) => {
    const pull = state.pulls.get(number(context, 'number'));
    if (pull === undefined) throw notFound();
    return pull;
  };
  app.get('/repos/:owner/:repo/pulls/:number', (context) => {
    const state = find(context);
    return context.json(formatPull(context, state, findPull(context, state)));
  });
  app.patch('/repos/:owner/:repo/pulls/:number', async (context) => {
    const state = find(context);
    const pull = findPull(context, state);
    const { title, body, state: to } = await read(context);
    if (typeof title === 'string') pull.title = title;
    if (typeof body === 'string') pull.body = body;
    if (to === 'open' || to === 'closed') pull.state = to;
    pull.updatedAt = now();
    return context.json(formatPull(context, state, pull));
  });

  const refName = (context: Call, mark: string) => {
    const { pathname } = new URL(context.req.url);
    return decodeURIComponent(pathname.slice(pathname.indexOf(mark) + mark.length));
  };
  app.get('/repos/:owner/:repo/git/ref/*', (context) => {
    const state = find(context);
    const name = refName(context, '/git/ref/');
    const sha = state.refs.get(name);
    if (sha === undefined) throw notFound();
    return context.json(formatRef(context, state, [name, sha]));
  });
  app.get('/repos/:owner/:repo/git/matching-refs/*', (context) => {
    const state = find(context);
    const prefix = refName(context, '/git/matching-refs/');
    return page(
      context,
      [...state.refs].filter(([name]) => name.startsWith(prefix)).map((ref) => formatRef(context, state, ref)),
    );
  });
  app.post('/repos/:owner/:repo/git/refs', async (context) => {
    const state = find(context);
    const body = await read(context);
    const name = text(body, 'Reference', 'ref').replace(/^refs\//, '');
    if (state.refs.has(name)) throw new HTTPException(422, { message: 'Reference already exists' });
    const sha = text(body, 'Reference', 'sha');
    state.refs.set(name, sha);
    return context.json(formatRef(context, state, [name, sha]), 201);
  });
  app.patch('/repos/:owner/:repo/git/refs/*', async (context) => {
    const state = find(context);
    const name = refName(context, '/git/refs/');
    if (!state.refs.has(name)) throw new HTTPException(422, { message: 'Reference does not exist' });
    const sha = text(await read(context), 'Reference', 'sha');
    state.refs.set(name, sha);
    return context.json(formatRef(context, state, [name, sha]));
  });
  app.delete('/repos/:owner/:repo/git/refs/*', (context) => {
    if (!find(context).refs.delete(refName(context, '/git/refs/')))
      throw new HTTPException(422, { message: 'Reference does not exist' });
    return context.body(null, 204);
  });

  app.get('/repos/:owner/:repo/commits', (context) => {
    const state = find(context);
    const sha = resolve(state, context.req.query('sha') ?? state.defaultBranch);
    return page(context, [formatCommit(context, state, sha)]);
  });
  app.get('/repos/:owner/:repo/commits/:ref/status', (context) => {
    const state = find(context);
    const sha = resolve(state, context.req.param('ref'));
    const latest = new Map<string, CommitStatus>();
    for (const status of statusesOf(state, sha)) if (!latest.has(status.context)) latest.set(status.context, status);
    const statuses = [...latest.values()];
    const failed = statuses.some(({ state: one }) => one === 'failure' || one === 'error');
    const pending = statuses.length === 0 || statuses.some(({ state: one }) => one === 'pending');
    const combined = failed ? 'failure' : pending ? 'pending' : 'success';
    return context.json({
      state: combined,
      sha,
      total_count: statuses.length,
      statuses,
      repository: formatRepository(context, state),
    });
  });
  app.get('/repos/:owner/:repo/commits/:ref/statuses', (context) => {
    const state = find(context);
    return page(context, statusesOf(state, resolve(state, context.req.param('ref'))));
  });
  app.get('/repos/:owner/:repo/commits/:ref', (context) => {
    const state = find(context);
    const sha = resolve(state, context.req.param('ref'));
    if (context.req.header('accept')?.includes('sha') === true) return context.text(sha);
    return context.json(formatCommit(context, state, sha));
  });
  app.post('/repos/:owner/:repo/statuses/:sha', async (context) => {
    const state = find(context);
    const body = await read(context);
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
    return context.json({ ...status, creator: user(login) }, 201);
  });

  app.get('/repos/:owner/:repo/issues/:number/comments', (context) => {
    const state = find(context);
    const found = [...state.comments.values()].filter(({ issue }) => issue === number(context, 'number'));
    return page(
      context,
      found.map((comment) => formatComment(context, state, comment)),
    );
  });
  app.post('/repos/:owner/:repo/issues/:number/comments', async (context) => {
    const state = find(context);
    findPull(context, state);
    const body = text(await read(context), 'IssueComment', 'body');
    const comment = {
      id: newId(),
      issue: number(context, 'number'),
      body,
      user: login,
      createdAt: now(),
      updatedAt: now(),
    };
    state.comments.set(comment.id, comment);
    return context.json(formatComment(context, state, comment), 201);
  });
  app.patch('/repos/:owner/:repo/issues/comments/:id', async (context) => {
    const state = find(context);
    const comment = state.comments.get(number(context, 'id'));
    if (comment === undefined) throw notFound();
    comment.body = text(await read(context), 'IssueComment', 'body');
    comment.updatedAt = now();
    return context.json(formatComment(context, state, comment));
  });
  app.delete('/repos/:owner/:repo/issues/comments/:id', (context) => {
    if (!find(context).comments.delete(number(context, 'id'))) throw notFound();
    return context.body(null, 204);
  });

  app.get('/repos/:owner/:repo/collaborators', (context) => {
    return page(context, [...find(context).collaborators.keys()].map(user));
  });
  app.get('/repos/:owner/:repo/collaborators/:user', (context) => {
    if (!find(context).collaborators.has(context.req.param('user'))) throw notFound();
    return context.body(null, 204);
  });
  app.get('/repos/:owner/:repo/collaborators/:user/permission', (context) => {
    const permission = find(context).collaborators.get(context.req.param('user')) ?? 'none';
    const legacy = permission === 'maintain' ? 'write' : permission === 'triage' ? 'read' : permission;
    return context.json({ permission: legacy, role_name: permission, user: user(context.req.param('user')) });
  });
  app.put('/repos/:owner/:repo/collaborators/:user', async (context) => {
    const { collaborators } = find(context);
    const name = context.req.param('user');
    const body: unknown = await context.req.json().catch(() => ({})); // the body may be left out
    const asked = (body as Json)['permission'] ?? 'write';
    const permission = asked === 'push' ? 'write' : asked === 'pull' ? 'read' : asked;
    if (!permissions.includes(permission as Permission)) throw unprocessable('Collaborator', 'permission', 'invalid');
    const known = collaborators.has(name);
    collaborators.set(name, permission as Permission);
    return known
      ? context.body(null, 204)
      : context.json({ id: newId(), invitee: user(name), permissions: permission }, 201);
  });
  app.delete('/repos/:owner/:repo/collaborators/:user', (context) => {
    find(context).collaborators.delete(context.req.param('user'));
    return context.body(null, 204);
  });

  const findHook = (context: Call) => {
    const state = find(context);
    const hook = state.hooks.get(number(context, 'id'));
    if (hook === undefined) throw notFound();
    return { state, hook };
  };
  app.get('/repos/:owner/:repo/hooks', (context) => {
    const state = find(context);
    return page(
      context,
      [...state.hooks.values()].map((hook) => formatHook(context, state, hook)),
    );
  });
  app.post('/repos/:owner/:repo/hooks', async (context) => {
    const state = find(context);
    const body = await read(context);
    const config = (body['config'] ?? {}) as Json;
    const url = text(config, 'Hook', 'url');
    const events = Array.isArray(body['events']) ? (body['events'] as string[]) : ['push'];
    if ([...state.hooks.values()].some((hook) => hook.config['url'] === url)) {
      const cause = {
        errors: [{ resource: 'Hook', code: 'custom', message: 'Hook already exists on this repository' }],
      };
      throw new HTTPException(422, { message: 'Validation Failed', cause });
    }
    const hook = { id: newId(), active: body['active'] !== false, events, config, createdAt: now() };
    state.hooks.set(hook.id, hook);
    return context.json(formatHook(context, state, hook), 201);
  });
  app.get('/repos/:owner/:repo/hooks/:id', (context) => {
    const { state, hook } = findHook(context);
    return context.json(formatHook(context, state, hook));
  });
  app.patch('/repos/:owner/:repo/hooks/:id', async (context) => {
    const { state, hook } = findHook(context);
    const { active, events, config } = await read(context);
    if (typeof active === 'boolean') hook.active = active;
    if (Array.isArray(events)) hook.events = events as string[];
    if (typeof config === 'object' && config !== null) hook.config = config as Json;
    return context.json(formatHook(context, state, hook));
  });
  app.delete('/repos/:owner/:repo/hooks/:id', (context) => {
    const { state, hook } = findHook(context);
    state.hooks.delete(hook.id);
    return context.body(null, 204);
  });

  return { app, seed };
}
