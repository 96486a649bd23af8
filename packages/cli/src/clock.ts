import { performance } from 'node:perf_hooks';

/** Time, as everything that waits takes it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. Never goes back. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with `signal.reason` as soon as that is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// The longest delay a Node timer keeps; anything above fires at once.
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock. `now()` starts at the wall clock and then counts monotonically, so that a set clock cannot end a wait. */
export const systemClock: Clock = {
  now: () => Math.round(performance.timeOrigin + performance.now()),
  async sleep(ms, signal) {
    for (let left = ms; ; left -= LONGEST_TIMER_MS) {
      await sleepOnce(Math.min(Math.max(left, 0), LONGEST_TIMER_MS), signal);
      if (left <= LONGEST_TIMER_MS) return;
    }
  },
};

function sleepOnce(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
