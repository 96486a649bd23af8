import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';
import { PipelineError } from './errors.js';
import type { NodeEnd, RunNode } from './run-node.js';

/** For `Cancellation`. */
export interface CancellationOptions {
  readonly clock: Clock;
  /** Aborting it stops the run. */
  readonly signal?: AbortSignal;
  /** Budget of the run without its cleanup, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Whether a run is stopped, and why: cancelled, out of time, or unable to go on. Cleanup is never held back. */
export class Cancellation {
  readonly #options: CancellationOptions;
  readonly #onStop: (reason: Error) => void;
  readonly #stopping = new AbortController();
  readonly #ended = new AbortController();
  #reason: Error | undefined;

  /** `onStop` is called once, when the signal has been aborted. */
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

  /** The first reason counts, and only before the run has ended. */
  stop(reason: unknown): void {
    if (this.#reason !== undefined || this.#ended.signal.aborted) return;
    this.#reason = toError(reason);
    this.#stopping.abort(this.#reason);
    this.#onStop(this.#reason);
  }

  /** Stops the run when its signal is aborted, at once if it is already. */
  followSignal(): void {
    const { signal } = this.#options;
    const onAbort = () => this.stop(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true, signal: this.#ended.signal });
    if (signal?.aborted) onAbort();
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
    return this.#reason !== undefined && !place.cleanup;
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
