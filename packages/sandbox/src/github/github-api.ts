import { Hono } from 'hono';
import { etag } from 'hono/etag';
import type { Clock } from '../clock.js';
import type { NodeEnv } from '../http/bindings.js';
import type { FetchApp } from '../http/listen.js';
import { createAccess } from './access.js';
import { answerError, notFound } from './answers.js';
import { serveCollaborators } from './collaborators.js';
import { serveComments } from './comments.js';
import { serveCommits } from './commits.js';
import { createDeliveries } from './deliveries.js';
import { formatRepository } from './formats.js';
import type { GithubRepositorySeed, RepositoryState } from './github-state.js';
import { createRepository } from './github-state.js';
import { serveHooks } from './hooks.js';
import { servePulls } from './pulls.js';
import { createRateLimit } from './rate-limit.js';
import { serveRefs } from './refs.js';
import type { GithubService } from './service.js';
import { findRepository } from './service.js';

/** GitHub's REST API over repositories in memory. */
export interface GithubApi {
  readonly app: FetchApp;
  /** Adds or replaces a repository. */
  seed(repository: GithubRepositorySeed): void;
  /** Resolves when every event has been delivered to the webhooks that asked for it. */
  settle(): Promise<void>;
  /** Stops delivering. Repeatable. */
  close(): Promise<void>;
}

/** How GitHub is made. */
export interface GithubApiOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly repositories?: readonly GithubRepositorySeed[];
  /** Login of who asks, where there are no accounts. @default 'sandbox' */
  readonly login?: string;
  /** Login by token; with them what somebody may do depends on who asks. @default everybody may do everything */
  readonly accounts?: Readonly<Record<string, string>> | undefined;
  /** Calls an hour. @default 5000, and for the anonymous 60 where there are accounts */
  readonly rateLimit?: number;
  /** For deliveries. @default the runtime's */
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * Repositories, pull requests, refs, commits, statuses, comments, collaborators, invitations and hooks.
 *
 * @see https://docs.github.com/en/rest
 */
export function createGithubApi(options: GithubApiOptions): GithubApi {
  const { clock, login = 'sandbox', accounts } = options;
  const repositories = new Map<string, RepositoryState>();
  const now = () => new Date(clock.now()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  let lastId = 0;
  const newId = () => (lastId += 1);
  const seed = (repository: GithubRepositorySeed) => {
    const key = `${repository.owner}/${repository.name}`.toLowerCase();
    repositories.set(key, createRepository(repository, { id: newId(), now: now() }));
  };
  options.repositories?.forEach(seed);

  const app = new Hono<NodeEnv>();
  app.onError(answerError);
  app.notFound((context) => answerError(notFound(), context));
  const access = createAccess({ accounts, login });
  const rate = createRateLimit({
    now: () => clock.now(),
    caller: (context) => access.find(context),
    limitOf: (who) => options.rateLimit ?? (who === undefined ? 60 : 5000),
  });
  app.use(rate.middleware);
  app.use(etag({ weak: true }));
  const deliveries = createDeliveries({ clock, newId, ...(options.fetch && { fetch: options.fetch }) });
  const service: GithubService = { app, access, deliveries, repositories, now, newId };

  app.get('/rate_limit', (context) => context.json({ rate: rate.read(context) }));
  app.get('/repos/:owner/:repo', (context) => {
    const { state, has } = findRepository(service, context);
    return context.json(formatRepository(context, state, has));
  });
  for (const serve of [servePulls, serveRefs, serveCommits, serveComments, serveCollaborators, serveHooks])
    serve(service);
  return { app, seed, settle: () => deliveries.settle(), close: () => deliveries.close() };
}
