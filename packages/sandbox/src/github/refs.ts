import { HTTPException } from 'hono/http-exception';
import { demand } from './access.js';
import type { Call } from './answers.js';
import { answerPage, notFound, pathAfter, readJson, textOf } from './answers.js';
import { formatRef, formatUser } from './formats.js';
import type { RepositoryState } from './github-state.js';
import type { GithubService } from './service.js';
import { emit, findRepository } from './service.js';

const NOBODY = '0'.repeat(40);

/** @see https://docs.github.com/en/rest/git/refs */
export function serveRefs(service: GithubService): void {
  const { app, access } = service;
  const findToWrite = (context: Call) => {
    const { state, has } = findRepository(service, context);
    access.require(context);
    demand(has, 'write', 'You must have push access to the repository.');
    return state;
  };
  const tell = (context: Call, state: RepositoryState, name: string, before: string, after: string) => {
    const payload = {
      ref: `refs/${name}`,
      before,
      after,
      created: before === NOBODY,
      deleted: after === NOBODY,
      commits: [],
      pusher: formatUser(access.require(context)),
    };
    emit(service, context, 'push', payload, state);
  };

  app.get('/repos/:owner/:repo/git/ref/*', (context) => {
    const { state } = findRepository(service, context);
    const name = pathAfter(context, '/git/ref/');
    const sha = state.refs.get(name);
    if (sha === undefined) throw notFound();
    return context.json(formatRef(context, state, name, sha));
  });
  app.get('/repos/:owner/:repo/git/matching-refs/*', (context) => {
    const { state } = findRepository(service, context);
    const prefix = pathAfter(context, '/git/matching-refs/');
    const found = [...state.refs].filter(([name]) => name.startsWith(prefix));
    return answerPage(
      context,
      found.map(([name, sha]) => formatRef(context, state, name, sha)),
    );
  });
  app.post('/repos/:owner/:repo/git/refs', async (context) => {
    const state = findToWrite(context);
    const body = await readJson(context);
    const name = textOf(body, 'Reference', 'ref').replace(/^refs\//, '');
    if (state.refs.has(name)) throw new HTTPException(422, { message: 'Reference already exists' });
    const sha = textOf(body, 'Reference', 'sha');
    state.refs.set(name, sha);
    tell(context, state, name, NOBODY, sha);
    return context.json(formatRef(context, state, name, sha), 201);
  });
  app.patch('/repos/:owner/:repo/git/refs/*', async (context) => {
    const state = findToWrite(context);
    const name = pathAfter(context, '/git/refs/');
    const before = state.refs.get(name);
    if (before === undefined) throw new HTTPException(422, { message: 'Reference does not exist' });
    const sha = textOf(await readJson(context), 'Reference', 'sha');
    state.refs.set(name, sha);
    tell(context, state, name, before, sha);
    return context.json(formatRef(context, state, name, sha));
  });
  app.delete('/repos/:owner/:repo/git/refs/*', (context) => {
    const state = findToWrite(context);
    const name = pathAfter(context, '/git/refs/');
    const before = state.refs.get(name);
    if (before === undefined) throw new HTTPException(422, { message: 'Reference does not exist' });
    state.refs.delete(name);
    tell(context, state, name, before, NOBODY);
    return context.body(null, 204);
  });
}
