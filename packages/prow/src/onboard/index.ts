/**
 * Bring a repository on board: jobs, plugin, dashboard, webhook and bot; and the client of GitHub that does it.
 *
 * @example
 * ```ts
 * import { createGithubClient, onboard } from '@seatrial/prow/onboard';
 * ```
 *
 * @module
 */
export { createGithubClient } from '../github/github-client.js';
export type { GithubClient } from '../github/github-client.js';
export type { GithubConnection } from '../github/github-call.js';
export type { GithubPull, GithubRepository, RepositoryName } from '../github/repositories.js';
export type { GithubDelivery, GithubHook, GithubHookSettings } from '../github/hooks.js';
export type { GithubInvitation, GithubPermission } from '../github/collaborators.js';
export type { GithubStatus } from '../github/statuses.js';
export { onboard } from './onboard.js';
export type { OnboardDeps, OnboardReport, OnboardSettings } from './onboard.js';
export { findConfigPlaces } from './config-places.js';
export type { ConfigPaths, ConfigPlace, ConfigPlaces } from './config-places.js';
export type { Step, StepState } from './step.js';
