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

const ORIGIN_MS = performance.timeOrigin;

/** The machine's clock: started at the wall clock, then monotonic. The default where none is given. */
export const machineClock: Clock = {
  now: () => Math.round(ORIGIN_MS + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(ms, LONGEST_TIMER_MS),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};
