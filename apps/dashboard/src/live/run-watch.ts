import type { RunAnswer } from '../api.js';

/** Tells of changes of a run for as long as somebody listens. */
export interface RunWatch {
  /** The run now, then at each change. Ends when the run has ended and been told so, or when `signal` is aborted. */
  follow(run: string, signal: AbortSignal): AsyncGenerator<RunAnswer>;
}

export interface RunWatchOptions {
  readonly read: (run: string) => Promise<RunAnswer>;
  readonly clock: { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** Between two looks at a run, in milliseconds: one listing and one object each. @default 400 */
  readonly intervalMs?: number;
  /** What went wrong with a look; the next one is tried all the same. */
  readonly onError: (error: unknown) => void;
}

interface Watched {
  listeners: number;
  last: RunAnswer | undefined;
  /** Resolves at the next change, or at the end of the watching. */
  next: PromiseWithResolvers<void>;
  readonly stop: AbortController;
}

/**
 * Looks at each run that is followed every so often, once for all who follow it: object stores tell nobody of changes.
 */
export function createRunWatch({ read, clock, intervalMs = 400, onError }: RunWatchOptions): RunWatch {
  const watched = new Map<string, Watched>();

  const look = async (run: string, watch: Watched): Promise<void> => {
    while (!watch.stop.signal.aborted) {
      try {
        const answer = await read(run);
        const isNew = answer.version !== watch.last?.version || answer.state !== watch.last.state;
        if (isNew) {
          watch.last = answer;
          watch.next.resolve();
          watch.next = withResolvers();
        }
      } catch (error) {
        onError(error);
      }
      await clock.sleep(intervalMs, watch.stop.signal).catch(() => undefined); // aborted: the loop ends
    }
  };

  const join = (run: string): Watched => {
    const known = watched.get(run);
    const watch = known ?? { listeners: 0, last: undefined, next: withResolvers(), stop: new AbortController() };
    watch.listeners += 1;
    if (known === undefined) {
      watched.set(run, watch);
      void look(run, watch);
    }
    return watch;
  };

  const leave = (run: string, watch: Watched): void => {
    watch.listeners -= 1;
    if (watch.listeners > 0) return;
    watch.stop.abort();
    if (watched.get(run) === watch) watched.delete(run);
  };

  return {
    async *follow(run, signal) {
      const watch = join(run);
      const left = withResolvers();
      const onAbort = (): void => left.resolve();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        let told: RunAnswer | undefined;
        while (!signal.aborted) {
          const { last, next } = watch;
          if (last !== undefined && last !== told) {
            told = last;
            yield last;
            if (last.state !== 'running') return;
            continue;
          }
          await Promise.race([next.promise, left.promise]);
        }
      } finally {
        signal.removeEventListener('abort', onAbort);
        leave(run, watch);
      }
    },
  };
}

/** As `Promise.withResolvers`, which Node.js 20 does not have. */
interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
