/**
 * GitHub's webhooks and commit statuses as Prow checks and writes them.
 *
 * @example
 * ```ts
 * import { parseHmacTokens, verifyWebhook } from '@seatrial/prow/webhook';
 *
 * const verdict = verifyWebhook({ method, headers, body }, parseHmacTokens(text));
 * ```
 *
 * @module
 */
export { parseHmacTokens, tokensFor } from './hmac-tokens.js';
export type { HmacTokens } from './hmac-tokens.js';
export { isSignedBy, signBody } from './signature.js';
export type { SignatureHash } from './signature.js';
export { verifyWebhook } from './verify-request.js';
export type { WebhookRequest, WebhookVerdict } from './verify-request.js';
export { readWebhookEvent } from './webhook-event.js';
export type { WebhookEffect } from './webhook-event.js';
export { baseShaOf, commitState, commitStatus, statusDescription } from '../status/commit-status.js';
export type { CommitStatus, ReportedJob } from '../status/commit-status.js';
