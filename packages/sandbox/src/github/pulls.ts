import { answerPage, notFound, numberOf, readJson, textOf, unprocessable } from './answers.js';
import type { Call } from './answers.js';
import { formatPull, formatUser } from './formats.js';
import type { Pull, RepositoryState } from './github-state.js';
import { addPull } from './github-state.js';
import type { GithubService } from './service.js';
import { emit, findRepository } from './service.js';

/** The pull request in the path. Throws 404. */
export function findPull(context: Call, state: RepositoryState): Pull {
  const pull = state.pulls.get(numberOf(context, 'number'));
  if (pull === undefined) throw notFound();
  return pull;
}

/** @see https://docs.github.com/en/rest/pulls/pulls */
export function servePulls(service: GithubService): void {
  const { app, access, now } = service;
  const tell = (context: Call, state: RepositoryState, pull: Pull, action: string) =>
    emit(
      service,
      context,
      'pull_request',
      { action, number: pull.number, pull_request: formatPull(context, state, pull) },
      state,
    );

  app.get('/repos/:owner/:repo/pulls', (context) => {
    const { state } = findRepository(service, context);
    const wanted = context.req.query('state') ?? 'open';
    const found = [...state.pulls.values()].filter((pull) => wanted === 'all' || pull.state === wanted);
    return answerPage(
      context,
      found.reverse().map((pull) => formatPull(context, state, pull)),
    );
  });
  app.post('/repos/:owner/:repo/pulls', async (context) => {
    const { state } = findRepository(service, context);
    const user = access.require(context);
    const body = await readJson(context);
    const title = textOf(body, 'PullRequest', 'title');
    const head = textOf(body, 'PullRequest', 'head');
    const base = textOf(body, 'PullRequest', 'base');
    const ref = head.split(':').at(-1) ?? head;
    const sha = state.refs.get(`heads/${ref}`);
    if (sha === undefined) throw unprocessable('PullRequest', 'head', 'invalid');
    const seed = { title, body: String(body['body'] ?? ''), user, head: { ref, sha }, base: { ref: base } };
    const pull = addPull(state, seed, now());
    tell(context, state, pull, 'opened');
    return context.json(formatPull(context, state, pull), 201);
  });
  app.get('/repos/:owner/:repo/pulls/:number', (context) => {
    const { state } = findRepository(service, context);
    return context.json(formatPull(context, state, findPull(context, state)));
  });
  app.patch('/repos/:owner/:repo/pulls/:number', async (context) => {
    const { state } = findRepository(service, context);
    access.require(context);
    const pull = findPull(context, state);
    const { title, body, state: to } = await readJson(context);
    if (typeof title === 'string') pull.title = title;
    if (typeof body === 'string') pull.body = body;
    const turned = (to === 'open' || to === 'closed') && to !== pull.state ? to : undefined;
    if (turned !== undefined) pull.state = turned;
    pull.updatedAt = now();
    tell(context, state, pull, turned === undefined ? 'edited' : turned === 'open' ? 'reopened' : 'closed');
    return context.json(formatPull(context, state, pull));
  });
  app.get('/user', (context) => context.json(formatUser(access.require(context))));
}
