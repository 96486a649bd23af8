import { backoffMs } from './backoff.js';

/**
 * Hands keys to `work(key)`: each key once at a time, however often it was added, several keys side by side.
 * A key whose work failed comes back after a pause that doubles.
 *
 * @param {{ work(key: string): Promise<void>, sleep(ms: number, signal: AbortSignal): Promise<void>, signal: AbortSignal, log: any, concurrency?: number }} options
 */
export function createWorkQueue({ work, sleep, signal, log, concurrency = 4 }) {
  const waiting = new Set();
  const running = new Map();
  const failures = new Map();

  function fill() {
    for (const key of waiting) {
      if (signal.aborted || running.size >= concurrency) return;
      if (running.has(key)) continue; // goes again when it has ended
      waiting.delete(key);
      running.set(key, run(key));
    }
  }

  async function run(key) {
    try {
      await work(key);
      failures.delete(key);
    } catch (error) {
      if (!signal.aborted) retry(key, error);
    } finally {
      running.delete(key);
      fill();
    }
  }

  function retry(key, error) {
    const tries = (failures.get(key) ?? 0) + 1;
    failures.set(key, tries);
    // Two writers met: what we saw was old, and the newer version is on its way.
    log[error.code === 409 ? 'debug' : 'warn']('reconcile failed', { key, error: error.message, tries });
    sleep(backoffMs(tries - 1), signal).then(
      () => add(key),
      () => {}, // stopped
    );
  }

  function add(key) {
    waiting.add(key);
    fill();
  }

  return {
    add,
    /** Resolves when what was running has ended. */
    async drain() {
      await Promise.allSettled(running.values());
    },
  };
}
