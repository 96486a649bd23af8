import type { Clock } from '@seatrial/cli';
import { GkeError } from './errors.js';

export type { Clock } from '@seatrial/cli';

/** How long a call may take. Handed down with what is left of it. */
export interface Limits {
  /** Budget in milliseconds. */
  readonly timeoutMs: number;
  /** Aborting rejects with `signal.reason`; what was asked for stays asked for. */
  readonly signal?: AbortSignal;
}

/** What is left of a call's time, and growing pauses within it. */
export class Budget {
  readonly signal: AbortSignal | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #deadline: number;
  readonly #timeoutMs: number;
  readonly #what: string;

  /** @param what Said in the error: `create cluster "a" in us-east1-b`. */
  constructor(deps: { readonly clock: Clock; readonly random: () => number }, what: string, limits: Limits) {
    this.#clock = deps.clock;
    this.#random = deps.random;
    this.#what = what;
    this.#timeoutMs = limits.timeoutMs;
    this.#deadline = deps.clock.now() + limits.timeoutMs;
    this.signal = limits.signal;
  }

  remainingMs(): number {
    return Math.max(0, this.#deadline - this.#clock.now());
  }

  /** @throws {GkeError} `TIMEOUT` when the time is used up; the signal's reason when it aborted. */
  check(last?: unknown): void {
    this.signal?.throwIfAborted();
    if (this.remainingMs() > 0) return;
    const seen = last === undefined ? '' : `; last: ${last instanceof Error ? last.message : String(last)}`;
    throw new GkeError('TIMEOUT', `could not ${this.#what} within ${this.#timeoutMs / 1_000} s${seen}`, {
      ...(last instanceof Error ? { cause: last } : {}),
      hint: 'Give it more time, or look at the cluster in the console.',
    });
  }

  /** A source of pauses that start short, so that what is fast is seen at once, and grow. */
  pauses(
    firstMs = 200,
    longestMs = 10_000,
  ): { next(last?: unknown, atLeastMs?: number): Promise<void>; reset(): void } {
    let ms = firstMs;
    return {
      next: async (last, atLeastMs = 0) => {
        this.check(last);
        const jittered = Math.max(atLeastMs, ms * (0.8 + 0.4 * this.#random()));
        ms = Math.min(longestMs, ms * 1.6);
        await this.#clock.sleep(Math.min(jittered, this.remainingMs()), this.signal);
        this.check(last);
      },
      reset: () => {
        ms = firstMs;
      },
    };
  }
}
