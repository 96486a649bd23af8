import type { CollaboratorCalls } from './collaborators.js';
import { collaboratorCalls } from './collaborators.js';
import type { CommentCalls } from './comments.js';
import { commentCalls } from './comments.js';
import type { GithubConnection } from './github-call.js';
import { createGithubCall } from './github-call.js';
import type { HookCalls } from './hooks.js';
import { hookCalls } from './hooks.js';
import type { RepositoryCalls } from './repositories.js';
import { repositoryCalls } from './repositories.js';
import type { StatusCalls } from './statuses.js';
import { statusCalls } from './statuses.js';

/**
 * What this package asks of GitHub. Every call rejects with `ProwError` `GITHUB`, which has `httpStatus` where there
 * was an answer and is `infrastructure` where GitHub was away, broken or too busy.
 */
export interface GithubClient extends RepositoryCalls, HookCalls, CollaboratorCalls, StatusCalls, CommentCalls {}

/**
 * Makes a client of GitHub's REST API. Nothing is loaded or sent before the first call.
 *
 * @throws {ProwError} `INVALID_FLAG` for a token or an address that cannot be one.
 */
export function createGithubClient(options: GithubConnection): GithubClient {
  const call = createGithubCall(options);
  return {
    ...repositoryCalls(call),
    ...hookCalls(call),
    ...collaboratorCalls(call),
    ...statusCalls(call),
    ...commentCalls(call),
  };
}
