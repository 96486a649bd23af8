import type { Clock } from '../clock.js';
import { ReleaseError } from '../errors.js';
import type { NewestRelease } from './release-newest.js';

/** What watching needs. */
export interface WatchServices {
  /** One attempt: what `releaseNewest` does. */
  readonly release: (signal: AbortSignal) => Promise<NewestRelease>;
  readonly clock: Clock;
  /** From 0 up to 1, as `Math.random` gives it. */
  readonly random: () => number;
  readonly logger: {
    info(message: string, fields?: Readonly<Record<string, unknown>>): void;
    warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
    error(message: string, fields?: Readonly<Record<string, unknown>>): void;
  };
  /** Gets each release that was made. */
  readonly onRelease?: ((release: NewestRelease) => void) | undefined;
}

/** How often, how long and until when. */
export interface WatchOptions {
  /** Pause between two looks, in milliseconds. @default 300_000 */
  readonly intervalMs?: number | undefined;
  /** Part of each pause that chance may add or take away, from 0 to 1: releasers started at once drift apart. @default 0.1 */
  readonly jitter?: number | undefined;
  /** Pause after a first failure, in milliseconds; doubled with each that follows. @default 30_000, not more than the interval */
  readonly retryMs?: number | undefined;
  /** Longest pause after failures, in milliseconds. @default 3_600_000, not less than the interval */
  readonly maxRetryMs?: number | undefined;
  /** Budget of one attempt, in milliseconds. @default 7_200_000 */
  readonly attemptMs?: number | undefined;
  /** Ends the watch, in the middle of an attempt too. */
  readonly signal: AbortSignal;
}

/**
 * Releases the newest green commit whenever there is a new one, until the signal aborts; then it returns. No failure of an
 * attempt ends it, an attempt that hangs included: the pause grows, and the next attempt goes on where the last one stopped.
 *
 * @throws {ReleaseError} `INVALID_OPTION`, before anything is done
 */
export async function watchReleases(services: WatchServices, options: WatchOptions): Promise<void> {
  const { clock, random, logger, onRelease } = services;
  const { signal, intervalMs = 300_000, jitter = 0.1, attemptMs = 7_200_000 } = options;
  const { retryMs = Math.min(30_000, intervalMs), maxRetryMs = Math.max(3_600_000, intervalMs) } = options;
  requirePositive({ intervalMs, retryMs, maxRetryMs, attemptMs });
  if (!(jitter >= 0 && jitter <= 1)) {
    throw new ReleaseError('INVALID_OPTION', `not a jitter: ${jitter}`, { hint: 'Give a part of the pause, 0 to 1.' });
  }
  let failures = 0;
  while (!signal.aborted) {
    try {
      const release = await withBudget((budget) => services.release(budget), { clock, attemptMs, signal });
      failures = 0;
      const { state, sha, target } = release;
      logger.info(messages[state], { sha, target });
      if (state === 'released') onRelease?.(release);
    } catch (error) {
      if (signal.aborted) break;
      if ((error as { code?: unknown }).code === 'NO_GREEN_COMMIT') {
        failures = 0;
        logger.info('nothing has passed yet');
      } else {
        failures += 1;
        logger.error('the attempt failed', { ...factsOf(error), failures });
      }
    }
    const base = failures === 0 ? intervalMs : Math.min(retryMs * 2 ** (failures - 1), maxRetryMs);
    const pauseMs = Math.round(base * (1 + jitter * (2 * random() - 1)));
    logger.info('waiting', { seconds: Math.round(pauseMs / 1_000) });
    await pause(clock, pauseMs, signal);
  }
  logger.info('stopped watching');
}

const messages: Readonly<Record<NewestRelease['state'], string>> = {
  released: 'released the newest green commit',
  current: 'the newest green commit is released already',
  completed: 'completed the release of the newest green commit',
  overtaken: 'a newer release was made meanwhile',
  unpublished: 'nothing was published',
};

function requirePositive(durations: Readonly<Record<string, number>>): void {
  for (const [name, ms] of Object.entries(durations)) {
    if (ms > 0 && Number.isFinite(ms)) continue;
    throw new ReleaseError('INVALID_OPTION', `${name} is not a duration: ${ms}`, { hint: 'Give more than 0.' });
  }
}

/** Runs an attempt, and leaves it when the signal aborts or the budget is used up, even if it does not listen. */
async function withBudget<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  { clock, attemptMs, signal }: { readonly clock: Clock; readonly attemptMs: number; readonly signal: AbortSignal },
): Promise<T> {
  const budget = new AbortController();
  const timer = new AbortController();
  const stopped = new Promise<never>((_resolve, reject) => {
    budget.signal.addEventListener('abort', () => reject(budget.signal.reason as Error), { once: true });
  });
  stopped.catch(() => {}); // heard below, or nobody waits for it any more
  const stop = () => budget.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  clock.sleep(attemptMs, timer.signal).then(
    () => budget.abort(new ReleaseError('UNAVAILABLE', `gave up an attempt after ${attemptMs / 1_000} seconds`)),
    () => {}, // the attempt ended first
  );
  try {
    return await Promise.race([attempt(budget.signal), stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    timer.abort();
  }
}

async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function factsOf(error: unknown): Readonly<Record<string, unknown>> {
  const { code, hint, message, detail } = error as {
    readonly code?: unknown;
    readonly hint?: unknown;
    readonly message?: unknown;
    readonly detail?: unknown;
  };
  return { error: message ?? String(error), code, hint, detail };
}
