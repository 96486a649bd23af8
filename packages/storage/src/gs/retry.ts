import { isRetryable, retryAfterMs } from './gs-errors.js';
import type { GsOptions } from './gs-options.js';

/** Time and chance, from outside. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface RetryOptions {
  readonly signal?: AbortSignal;
  /** When the first attempt began. @default now */
  readonly sinceMs?: number;
}

/** Decides how often, and after which pause, something is tried again. */
export interface Retry {
  /** Runs until it succeeds, fails for good, or enough was tried: then the last error is thrown. */
  run<T>(attempt: (number: number) => Promise<T>, options?: RetryOptions): Promise<T>;
  /** Waits before the attempt after the given one, which failed with `error`; throws that when there is to be none. */
  pause(number: number, error: unknown, options?: RetryOptions): Promise<void>;
}

/**
 * The client's own repetitions are not used: they know neither `Retry-After` nor a signal, and one upload without a
 * precondition switches them off for all calls (measured with 7.22).
 *
 * @see https://cloud.google.com/storage/docs/retry-strategy
 */
export function createRetry(options: GsOptions, { now, sleep, random }: Surroundings): Retry {
  const { maxRetries = 3, retryDelayMs = 1_000, maxRetryDelayMs = 32_000, deadlineMs = 600_000 } = options;
  const retry: Retry = {
    async run(attempt, { signal, sinceMs = now() } = {}) {
      for (let number = 1; ; number += 1) {
        signal?.throwIfAborted();
        try {
          return await attempt(number);
        } catch (error) {
          await retry.pause(number, error, { signal, sinceMs });
        }
      }
    },
    async pause(number, error, { signal, sinceMs = now() } = {}) {
      signal?.throwIfAborted();
      if (number > maxRetries || !isRetryable(error)) throw error;
      const backoffMs = Math.min(maxRetryDelayMs, retryDelayMs * 2 ** (number - 1)) * (0.5 + random() / 2);
      const pauseMs = Math.max(backoffMs, retryAfterMs(error, now()) ?? 0);
      if (now() + pauseMs > sinceMs + deadlineMs) throw error;
      await sleep(pauseMs, signal).catch((interrupted: unknown) => {
        signal?.throwIfAborted();
        throw interrupted;
      });
    },
  };
  return retry;
}
