import type { Clock } from './clock.js';

/** A clock that moves only when told to. */
export interface FakeClock extends Clock {
  /** Moves on by `ms`, waking sleepers in the order of their times and letting what they do finish in between. */
  advance(ms: number): Promise<void>;
  /** Moves from sleeper to sleeper until `work` settles, and returns what it gives. Fails when nothing is left to wake. */
  runUntil<Value>(work: Promise<Value>): Promise<Value>;
}

interface Sleeper {
  readonly atMs: number;
  wake(): void;
}

/** Makes a clock for tests that starts at `startMs`. @default 0 */
export function createFakeClock(startMs = 0): FakeClock {
  let nowMs = startMs;
  const sleepers = new Set<Sleeper>();
  const next = () =>
    [...sleepers].reduce<Sleeper | undefined>(
      (first, one) => (first && first.atMs <= one.atMs ? first : one),
      undefined,
    );
  const wake = (sleeper: Sleeper) => {
    sleepers.delete(sleeper);
    nowMs = Math.max(nowMs, sleeper.atMs);
    sleeper.wake();
  };
  return {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const sleeper: Sleeper = {
          atMs: nowMs + ms,
          wake() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settleMicrotasks();
      for (let sleeper = next(); sleeper !== undefined && sleeper.atMs <= untilMs; sleeper = next()) {
        wake(sleeper);
        await settleMicrotasks();
      }
      nowMs = untilMs;
    },
    async runUntil(work) {
      let isSettled = false;
      const settled = () => void (isSettled = true);
      work.then(settled, settled);
      for (;;) {
        await settleMicrotasks();
        if (isSettled) return work;
        const sleeper = next();
        if (sleeper === undefined) throw new Error('nothing left to wait for');
        wake(sleeper);
      }
    },
  };
}

// A macrotask runs when no microtask is left: whatever the last wake set off has come to rest.
function settleMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
