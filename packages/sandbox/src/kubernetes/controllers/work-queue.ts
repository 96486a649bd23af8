import type { Clock, Logger } from '../../clock.js';

/** Keys waiting to be worked on; adding one that already waits changes nothing. */
export interface WorkQueue {
  add(key: string): void;
  /** Adds after a pause in milliseconds, or earlier when an earlier time is already set for the key. */
  addAfter(key: string, delayMs: number): void;
  /** Nothing is worked on after. */
  stop(): void;
}

/** What a {@link WorkQueue} is made of. */
export interface WorkQueueOptions {
  /** For log lines. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Brings one object to its desired state. What it throws is retried with growing pauses. */
  readonly sync: (key: string) => void | Promise<void>;
}

const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 30_000;

/** A queue in which a key is worked on by one worker at a time, as controllers of Kubernetes use it. */
export function createWorkQueue({ name, clock, logger, sync }: WorkQueueOptions): WorkQueue {
  const dirty = new Set<string>();
  const failures = new Map<string, number>();
  const timers = new Map<string, { readonly dueMs: number; readonly abort: AbortController }>();
  let scheduled = false;
  let stopped = false;

  const queue: WorkQueue = {
    add(key) {
      if (stopped) return;
      dirty.add(key);
      if (scheduled) return;
      scheduled = true;
      // A macrotask: all changes delivered in this turn become one pass, and requests get their turn between passes.
      setImmediate(() => void drain());
    },
    addAfter(key, delayMs) {
      if (stopped) return;
      if (delayMs <= 0) return queue.add(key);
      const dueMs = clock.now() + delayMs;
      const waiting = timers.get(key);
      if (waiting !== undefined && waiting.dueMs <= dueMs) return;
      waiting?.abort.abort();
      const abort = new AbortController();
      timers.set(key, { dueMs, abort });
      clock.sleep(delayMs, abort.signal).then(
        () => {
          if (timers.get(key)?.abort === abort) timers.delete(key);
          queue.add(key);
        },
        () => undefined, // aborted: replaced by an earlier time, or stopped
      );
    },
    stop() {
      stopped = true;
      dirty.clear();
      for (const { abort } of timers.values()) abort.abort();
      timers.clear();
    },
  };

  async function drain(): Promise<void> {
    for (const key of dirty) {
      if (stopped) break;
      dirty.delete(key);
      try {
        await sync(key);
        failures.delete(key);
      } catch (error) {
        const count = (failures.get(key) ?? 0) + 1;
        failures.set(key, count);
        logger.debug('sync failed', { controller: name, key, error: String(error) });
        queue.addAfter(key, Math.min(FIRST_RETRY_MS * 2 ** (count - 1), LAST_RETRY_MS));
      }
    }
    scheduled = false;
    if (dirty.size > 0) {
      const [first] = dirty;
      if (first !== undefined) queue.add(first);
    }
  }

  return queue;
}
