import { ProwError } from '../errors.js';

/** What a failed call was about, for its message. */
export interface FailedCall {
  /** Completes "could not …". */
  readonly what: string;
  /** Whether a token was sent. */
  readonly authenticated: boolean;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** A failure, read once. */
export interface GithubFailure {
  readonly error: ProwError;
  /** `refused`: nothing was done, so any call may be repeated. `unknown`: only one that is safe to repeat. */
  readonly outcome: 'final' | 'refused' | 'unknown';
  /** What the service asks to wait at least, in milliseconds. */
  readonly waitMs: number | undefined;
}

interface Answer {
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

// Asked of clients that meet the limit without being told a time.
const SECONDARY_LIMIT_MS = 60_000;
// The hour may have ended here and not there.
const CLOCK_SKEW_MS = 1000;

/**
 * Tells what a failed call means.
 *
 * Nothing of the request gets into the error, neither its headers nor its body: both hold secrets.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
export function readFailure(cause: unknown, call: FailedCall): GithubFailure {
  const { status = 0, message = '', response } = cause as { status?: number; message?: string; response?: Answer };
  if (cause instanceof TypeError) {
    // What failed is reading the answer: the network's own are wrapped by the client.
    const error = new ProwError('GITHUB', `could not ${call.what}: the answer is not one of GitHub's API`, {
      hint: 'Check --github-endpoint: for GitHub Enterprise it ends in /api/v3.',
      cause,
    });
    return { error, outcome: 'final', waitMs: undefined };
  }
  if (response === undefined) {
    const error = new ProwError('GITHUB', `could not ${call.what}: ${message || 'no answer'}`, {
      hint: 'Check the network and --github-endpoint.',
      infrastructure: true,
      // Below the client's own error, whose fields hold the request.
      ...(cause instanceof Error && cause.cause instanceof Error ? { cause: cause.cause } : {}),
    });
    return { error, outcome: 'unknown', waitMs: undefined };
  }
  const waitMs = limitWaitMs(status, message, response, call.nowMs);
  const isLimit = status === 429 || waitMs !== undefined;
  const error = new ProwError('GITHUB', `could not ${call.what}: ${status} ${withoutLink(message)}`, {
    httpStatus: status,
    infrastructure: status >= 500 || isLimit,
    hint: isLimit ? limitHint(call, waitMs) : hintFor(status, call),
  });
  return { error, outcome: isLimit ? 'refused' : status >= 500 ? 'unknown' : 'final', waitMs };
}

function limitWaitMs(status: number, message: string, { headers }: Answer, nowMs: number): number | undefined {
  if (status !== 403 && status !== 429 && status !== 503) return undefined;
  const retryAfter = Number(headers['retry-after'] ?? Number.NaN);
  if (retryAfter >= 0) return retryAfter * 1000;
  if (status === 503) return undefined;
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN);
  if (String(headers['x-ratelimit-remaining']) === '0' && reset > 0)
    return Math.max(CLOCK_SKEW_MS, reset * 1000 - nowMs);
  return /secondary rate limit|abuse detection/i.test(message) ? SECONDARY_LIMIT_MS : undefined;
}

function limitHint({ authenticated, nowMs }: FailedCall, waitMs: number | undefined): string {
  const until = waitMs === undefined ? 'a minute' : `until ${new Date(nowMs + waitMs).toISOString()}`;
  return authenticated
    ? `Wait ${until}.`
    : `Wait ${until}, or give --github-token-path: with a token more calls are allowed.`;
}

function hintFor(status: number, { authenticated }: FailedCall): string | undefined {
  if (status === 401)
    return authenticated
      ? 'The token is wrong, expired or revoked: make a new one and put it in the file of --github-token-path.'
      : 'Give a token: --github-token-path FILE, or GITHUB_TOKEN.';
  if (status === 403)
    return "The token lacks the right: it needs scope repo, for hooks also admin:repo_hook, and its owner the repository's admin role.";
  if (status === 404)
    return authenticated
      ? 'Check the names; GitHub also says so of what the token may not see.'
      : 'Check the names; for a private repository give --github-token-path.';
  if (status === 422) return 'GitHub does not accept the values: it says above which.';
  return status >= 500 ? 'Try again later; githubstatus.com tells of outages.' : undefined;
}

// GitHub's client appends the address of the documentation.
function withoutLink(message: string): string {
  return message.replace(/ - https?:\/\/\S+$/, '');
}
