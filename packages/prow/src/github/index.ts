/**
 * What this package asks of GitHub, as a client of its own.
 *
 * @example
 * import { createGithubClient } from '@seatrial/prow/github';
 *
 * const github = createGithubClient({ token, clock });
 * await github.createStatus({ org, repo, sha, state: 'pending', context: 'e2e' });
 *
 * @module
 */
export type { CommentCalls, GithubComment } from './comments.js';
export type { GithubConnection } from './github-call.js';
export { createGithubClient } from './github-client.js';
export type { GithubClient } from './github-client.js';
export { readGithubConnection } from './github-connection.js';
export type { GithubStatus, StatusCalls } from './statuses.js';
