import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';
import { PipelineError } from './errors.js';
import type { NodeEnd, RunNode } from './run-node.js';

/** For `Cancellation`. */
export interface CancellationOptions {
  readonly clock: Clock;
  /** Aborting it stops the run. */
  readonly signal?: AbortSignal;
  /** Aborting it gives the run up. */
  readonly abandonSignal?: AbortSignal;
  /** Budget of the run without its cleanup, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Whether a run is stopped, and why: cancelled, out of time, or unable to go on. Cleanup is held back only when the run is
 * given up.
 */
export class Cancellation {
  readonly #options: CancellationOptions;
  readonly #onStop: (reason: Error) => void;
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  #reason: Error | undefined;

  #isAbandoned = false;

  /** `onStop` is called when the signal has been aborted, and again if the run is given up after that. */
  constructor(options: CancellationOptions, onStop: (reason: Error) => void) {
    this.#options = options;
    this.#onStop = onStop;
    // Many checks of a resumed run wait for it at once; Node warns of a leak at eleven.
    setMaxListeners(0, this.#stopping.signal);
  }

  /** Why the run is stopped; `undefined` while it is not. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Aborted when the run is stopped. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Whether the run is another process's now: nothing more is done, cleanup neither, and nothing is recorded. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** The first reason counts, and only before the run has ended. */
  stop(reason: unknown): void {
    if (this.#reason !== undefined || this.#ended.signal.aborted) return;
    this.#reason = toError(reason);
    this.#stopping.abort(this.#reason);
    this.#onStop(this.#reason);
  }

  /** Stops the run, or gives it up, when its signals are aborted, at once if they are already. */
  followSignals(): void {
    const { signal, abandonSignal } = this.#options;
    this.#follow(abandonSignal, (reason) => this.#abandon(reason));
    this.#follow(signal, (reason) => this.stop(reason));
  }

  /** Stops the run when its budget, if it has one, is used up from now. */
  startTimer(): void {
    const { clock, timeoutMs } = this.#options;
    if (timeoutMs === undefined) return;
    const stop = () => this.stop(new PipelineError('RUN_TIMEOUT', `the run took longer than ${timeoutMs} ms`));
    clock.sleep(timeoutMs, this.#ended.signal).then(stop, () => undefined); // rejects when the run ends first
  }

  /** The run is over: signal and timer are let go. */
  end(): void {
    this.#ended.abort();
  }

  /** Whether a node may not start any more. */
  holdsBack({ place }: RunNode): boolean {
    return this.#reason !== undefined && (this.#isAbandoned || !place.cleanup);
  }

  #follow(signal: AbortSignal | undefined, act: (reason: unknown) => void): void {
    const onAbort = () => act(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true, signal: this.#ended.signal });
    if (signal?.aborted) onAbort();
  }

  #abandon(reason: unknown): void {
    this.#isAbandoned = true;
    this.#reason = toError(reason);
    this.#stopping.abort(this.#reason);
    this.#onStop(this.#reason);
  }

  /** How a node ends that is held back: `skipped` if it never ran. */
  endOf({ attempt, error }: RunNode): NodeEnd {
    const reason = `the run was stopped: ${this.#reason?.message ?? ''}`;
    return attempt === 0 ? { state: 'skipped', reason } : { state: 'aborted', reason, error };
  }
}

/** What was thrown, or given as a signal's reason, as an error. */
export function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
