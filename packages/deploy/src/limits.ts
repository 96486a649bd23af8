import type { Clock } from '@seatrial/cli';

export { systemClock, type Clock } from '@seatrial/cli';

/** How long a call may take. */
export interface Limits {
  /** Budget in milliseconds. */
  readonly timeoutMs: number;
  /** Aborting rejects with `signal.reason`; what was applied stays applied. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs something with a signal that aborts when the time is used up or the caller aborts.
 *
 * @throws what `onTimeout` makes, when it was the time; the caller's reason, when it was the caller.
 */
export async function within<T>(
  clock: Clock,
  limits: Limits & { readonly onTimeout: () => Error },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  limits.signal?.throwIfAborted();
  const late = new AbortController();
  const over = new AbortController();
  const signal = limits.signal === undefined ? late.signal : AbortSignal.any([limits.signal, late.signal]);
  clock.sleep(limits.timeoutMs, over.signal).then(
    () => late.abort(limits.onTimeout()),
    () => {}, // ended in time
  );
  try {
    return await run(signal);
  } catch (error) {
    limits.signal?.throwIfAborted();
    if (late.signal.aborted) throw late.signal.reason;
    throw error;
  } finally {
    over.abort();
  }
}
