import type { request as Request } from '@octokit/request';
import { ProwError } from '../errors.js';
import { readFailure } from './github-error.js';

/** GitHub's own client with our settings in it. */
export type GithubRequest = typeof Request;

/** How long to try, and when to stop. */
export interface GithubLimits {
  /** Budget of one call in milliseconds, waits and repetitions included. @default 60_000 */
  readonly timeoutMs?: number | undefined;
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
}

/** What calls are made with. */
export interface GithubConnection extends GithubLimits {
  /** The API's address. @default GitHub's own */
  readonly baseUrl?: string | undefined;
  /** Without one, calls are anonymous: they read what is public, 60 times an hour. */
  readonly token?: string | undefined;
  /** @default the runtime's */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock: {
    now(): number;
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
  };
  /** From 0 to 1, for jitter. @default Math.random */
  readonly random?: () => number;
}

/** One call to make. */
export interface CallOptions {
  /** Completes "could not …" in errors. */
  readonly what: string;
  /** Whether doing it twice is the same as doing it once. Others are repeated only when surely nothing was done. */
  readonly repeatable: boolean;
}

/** Makes a call, again where that is safe, and returns the answer's data. @throws {ProwError} `GITHUB` */
export type GithubCall = <T>(
  options: CallOptions,
  send: (request: GithubRequest) => Promise<{ readonly data: T }>,
) => Promise<T>;

const RETRIES = 5;
// An answer that takes longer does not come.
const ATTEMPT_MS = 20_000;

/**
 * Makes calls to GitHub: repeats what is safe to repeat, waits as long as a rate limit asks for, and gives up with the last
 * error as soon as the wait would end after the budget.
 *
 * @throws {ProwError} `INVALID_FLAG` for a token or an address that cannot be one.
 */
export function createGithubCall(connection: GithubConnection): GithubCall {
  const { clock, random = Math.random, signal, timeoutMs = 60_000 } = connection;
  const defaults = requestDefaults(connection);
  const authenticated = connection.token !== undefined;
  return async ({ what, repeatable }, send) => {
    signal?.throwIfAborted();
    const [{ request }, { default: pRetry, AbortError }] = await Promise.all([
      import('@octokit/request'),
      import('p-retry'),
    ]);
    const deadline = clock.now() + timeoutMs;
    const attempt = async (number: number) => {
      const timeout = AbortSignal.timeout(Math.max(1, Math.min(ATTEMPT_MS, deadline - clock.now())));
      const stop = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
      try {
        return (await send(request.defaults({ ...defaults, request: { ...defaults.request, signal: stop } }))).data;
      } catch (cause) {
        signal?.throwIfAborted();
        const { error, outcome, waitMs } = readFailure(cause, { what, authenticated, nowMs: clock.now() });
        if (outcome === 'final' || (outcome === 'unknown' && !repeatable)) throw new AbortError(error);
        const pauseMs = waitMs ?? 500 * 2 ** (number - 1) * (0.5 + random() / 2);
        if (number > RETRIES || clock.now() + pauseMs >= deadline) throw new AbortError(error);
        await clock.sleep(pauseMs, signal);
        throw error;
      }
    };
    // The pauses are the clock's, so that none of its own are left to p-retry.
    return pRetry(attempt, { retries: RETRIES, minTimeout: 0, maxTimeout: 0, ...(signal && { signal }) });
  };
}

function requestDefaults({ baseUrl, token, fetch }: GithubConnection) {
  if (baseUrl !== undefined && !(/^https?:\/\//.test(baseUrl) && URL.canParse(baseUrl))) {
    throw new ProwError('INVALID_FLAG', `not the address of an API: ${JSON.stringify(baseUrl)}`, {
      hint: 'Write --github-endpoint as https://HOST, for GitHub Enterprise https://HOST/api/v3.',
    });
  }
  // Else fetch itself refuses the header and quotes it.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new ProwError('INVALID_FLAG', 'the GitHub token is empty or holds blanks, line breaks or other characters', {
      hint: 'Put nothing but the token in the file of --github-token-path.',
    });
  }
  return {
    ...(baseUrl === undefined ? {} : { baseUrl: baseUrl.replace(/\/+$/, '') }),
    headers: {
      accept: 'application/vnd.github+json',
      'user-agent': 'seatrial-prow',
      'x-github-api-version': '2022-11-28',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    request: { ...(fetch === undefined ? {} : { fetch }), log: { debug() {}, info() {}, warn() {}, error() {} } },
  };
}

/** Items of all pages of a list. `read` gets a page's number, from 1, and size. */
export async function readPages<T>(
  read: (page: { readonly page: number; readonly per_page: number }) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const all: T[] = [];
  for (let page = 1; ; page += 1) {
    const items = await read({ page, per_page: 100 });
    all.push(...items);
    if (items.length < 100) return all;
  }
}
