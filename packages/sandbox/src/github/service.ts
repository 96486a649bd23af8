import type { Hono } from 'hono';
import type { NodeEnv } from '../http/bindings.js';
import type { Access } from './access.js';
import { demandSight } from './access.js';
import type { Call, Json } from './answers.js';
import { notFound } from './answers.js';
import type { Deliveries } from './deliveries.js';
import { formatRepository, formatUser } from './formats.js';
import type { Permission, RepositoryState } from './github-state.js';

/** What every resource's routes are served with. */
export interface GithubService {
  readonly app: Hono<NodeEnv>;
  readonly access: Access;
  readonly deliveries: Deliveries;
  readonly repositories: ReadonlyMap<string, RepositoryState>;
  /** RFC 3339, whole seconds. */
  now(): string;
  newId(): number;
}

/** The repository in the path, which who asks may see, and what they may do there. Throws 404. */
export function findRepository(
  { access, repositories }: GithubService,
  context: Call,
): { readonly state: RepositoryState; readonly has: Permission } {
  const { owner = '', repo = '' } = context.req.param() as { owner?: string; repo?: string };
  const state = repositories.get(`${owner}/${repo}`.toLowerCase());
  if (state === undefined) throw notFound();
  const has = access.permissionOf(access.find(context), state);
  demandSight(has, 'read');
  return { state, has };
}

/** Tells the hooks of a repository what somebody did to it. */
export function emit(service: GithubService, context: Call, event: string, payload: Json, state: RepositoryState) {
  const sender = formatUser(service.access.find(context) ?? state.owner);
  service.deliveries.emit(state, event, {
    ...payload,
    repository: formatRepository(context, state, 'read'),
    sender,
  });
}
