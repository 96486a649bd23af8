/** Time as this package needs it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** @throws the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** How long a call may take. */
export interface Limits {
  /** Budget in milliseconds. */
  readonly timeoutMs: number;
  /** Aborting rejects with `signal.reason`; what was applied stays applied. */
  readonly signal?: AbortSignal | undefined;
}

/** The system's time, which does not jump when its clock is set. */
export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return void reject(signal.reason as Error);
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

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
