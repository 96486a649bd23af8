import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';

/** How an attempt ended. `stopped`: after `stop`, with what it threw, if it threw in time. */
export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'stopped'; readonly reason: Error; readonly error?: unknown };

/** What attempts have in common. */
export interface AttemptOptions<Subject> {
  readonly clock: Clock;
  /** How long a stopped call may take to end, in milliseconds. */
  readonly graceMs: number;
  /** Called once for each attempt, and not before `start` has returned. */
  onEnd(subject: Subject, outcome: Outcome): void;
}

/** How long an attempt may take. */
export interface AttemptBudget {
  /** In milliseconds; `undefined` is for ever. */
  readonly timeoutMs: number | undefined;
  /** Why it is stopped when the budget is used up; what it returns after that does not count. */
  timeoutError(): Error;
}

/** What is called. */
export interface Work<Input> {
  run(input: Input): Promise<unknown>;
}

/** A call that can be stopped. Signal and timers are made when they are first needed. */
export class Attempt<Subject> {
  readonly #options: AttemptOptions<Subject>;
  readonly #subject: Subject;
  #controller: AbortController | undefined = undefined;
  #timers: AbortController | undefined = undefined;
  #reason: Error | undefined = undefined;
  #isOutOfTime = false;
  #hasEnded = false;

  /** `subject` is what the attempt is of. */
  constructor(options: AttemptOptions<Subject>, subject: Subject) {
    this.#options = options;
    this.#subject = subject;
  }

  /** Aborted by `stop`, and when the budget is used up. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      // A task may hand its signal to any number of calls at once; Node warns of a leak at eleven.
      setMaxListeners(0, this.#controller.signal);
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  /** Makes the call. A `run` that throws at once is as one that rejects. */
  start<Input>(work: Work<Input>, input: Input, budget: AttemptBudget | undefined): void {
    if (budget?.timeoutMs !== undefined) {
      this.#after(budget.timeoutMs, () => {
        this.#isOutOfTime = this.#reason === undefined;
        this.stop(budget.timeoutError());
      });
    }
    let running: Promise<unknown>;
    try {
      running = Promise.resolve(work.run(input));
    } catch (error) {
      running = Promise.reject(error);
    }
    running.then(
      (value) => this.#return(value),
      (error: unknown) => this.#throw(error),
    );
  }

  /** Aborts the signal; a call that has not ended a grace period later is given up. The first reason counts. */
  stop(reason: Error): void {
    if (this.#reason !== undefined || this.#hasEnded) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#after(this.#options.graceMs, () => this.#end({ kind: 'stopped', reason }));
  }

  #return(value: unknown): void {
    if (this.#isOutOfTime) this.#end({ kind: 'stopped', reason: this.#reason as Error });
    else this.#end({ kind: 'returned', value });
  }

  #throw(error: unknown): void {
    const reason = this.#reason;
    this.#end(reason === undefined ? { kind: 'threw', error } : { kind: 'stopped', reason, error });
  }

  #end(outcome: Outcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#timers?.abort();
    this.#options.onEnd(this.#subject, outcome);
  }

  // Sleeps end early, by rejecting, when the attempt does.
  #after(ms: number, act: () => void): void {
    this.#timers ??= new AbortController();
    void this.#options.clock.sleep(ms, this.#timers.signal).then(act, () => undefined);
  }
}
