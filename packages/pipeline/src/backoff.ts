import type { Retries } from './task.js';

/**
 * How long to wait before the next attempt, in milliseconds; `undefined` if there is to be none.
 *
 * Exponential with full jitter: evenly spread from 0 to a bound that doubles with each attempt.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function retryDelayMs(
  retries: Retries | undefined,
  failed: { readonly attempt: number; readonly error: unknown; readonly random: () => number },
): number | undefined {
  if (retries === undefined || failed.attempt >= retries.attempts) return undefined;
  if (retries.isRetryable?.(failed.error) === false) return undefined;
  const { minDelayMs = 1_000, maxDelayMs = 30_000 } = retries;
  return failed.random() * Math.min(maxDelayMs, minDelayMs * 2 ** (failed.attempt - 1));
}
