import pRetry, { AbortError } from 'p-retry';
import { maxChartBytes } from './archive-files.js';
import { systemClock } from './clock.js';
import type { Clock } from './clock.js';
import { HelmError } from './errors.js';

const tries = 4;
const firstPauseMs = 500;
const maxPauseMs = 30_000;
const hint = 'Check the address, and that the server is up.';

/**
 * Downloads a packaged chart by HTTP. What may pass (no answer, 429, 5xx, a body that breaks off) is tried up to four times, after
 * pauses that double and that chance spreads, or as long as the server asks for.
 *
 * @throws {HelmError} `CHART_NOT_FOUND`, `FETCH_FAILED`, `INVALID_CHART` for more bytes than helm takes; the signal's reason
 */
export async function downloadChart(
  deps: {
    readonly fetch: typeof globalThis.fetch;
    readonly clock?: Pick<Clock, 'sleep'> | undefined;
    readonly random?: (() => number) | undefined;
  },
  url: string,
  options: { /** The URL, for messages. */ readonly from: string; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { clock = systemClock, random = Math.random } = deps;
  const { signal } = options;
  let askedPauseMs: number | undefined;
  return pRetry(
    async () => {
      askedPauseMs = undefined;
      signal?.throwIfAborted();
      return attempt(deps.fetch, url, { ...options, onRetryAfter: (ms) => (askedPauseMs = ms) });
    },
    {
      retries: tries - 1,
      minTimeout: 0, // the pause is made below, on a clock that tests can set
      shouldRetry: ({ error }) => error instanceof HelmError && signal?.aborted !== true,
      onFailedAttempt: async ({ attemptNumber, retriesLeft, error }) => {
        if (retriesLeft === 0 || !(error instanceof HelmError)) return;
        const backoffMs = firstPauseMs * 2 ** (attemptNumber - 1) * (0.5 + random());
        await clock.sleep(Math.min(askedPauseMs ?? backoffMs, maxPauseMs), signal);
      },
    },
  );
}

async function attempt(
  fetch: typeof globalThis.fetch,
  url: string,
  options: {
    readonly from: string;
    readonly signal?: AbortSignal | undefined;
    readonly onRetryAfter: (ms: number | undefined) => void;
  },
): Promise<Uint8Array> {
  const { from, signal, onRetryAfter } = options;
  let response: Response;
  try {
    response = await fetch(url, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HelmError('FETCH_FAILED', `${from} does not answer`, { cause, hint });
  }
  if (!response.ok) {
    const { status } = response;
    onRetryAfter(retryAfterMs(response));
    await response.body?.cancel();
    if (status === 404 || status === 410) {
      throw new AbortError(new HelmError('CHART_NOT_FOUND', `there is no chart at ${from}`, { hint }));
    }
    const failure = new HelmError('FETCH_FAILED', `${from} answers with ${status}`, { hint });
    throw status === 429 || status >= 500 ? failure : new AbortError(failure);
  }
  return readBody(response, options);
}

async function readBody(
  response: Response,
  { from, signal }: { readonly from: string; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const tooLarge = () =>
    new AbortError(new HelmError('INVALID_CHART', `${from} has more than ${maxChartBytes} bytes`, { file: from }));
  if (Number(response.headers.get('content-length') ?? 0) > maxChartBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      chunks.push(chunk as Uint8Array);
      sizeBytes += (chunk as Uint8Array).length;
      if (sizeBytes > maxChartBytes) throw tooLarge();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AbortError) throw cause;
    throw new HelmError('FETCH_FAILED', `${from} broke off after ${sizeBytes} bytes`, { cause, hint });
  }
  return Buffer.concat(chunks);
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}
