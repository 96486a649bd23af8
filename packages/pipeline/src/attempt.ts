import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';

/** How an attempt ended. `stopped`: after `stop`, with what it threw, if it threw in time. */
export type Outcome<Value> =
  | { readonly kind: 'returned'; readonly value: Value }
  | { readonly kind: 'threw'; readonly error: unknown }
  | { readonly kind: 'stopped'; readonly reason: Error; readonly error?: unknown };

/** A call that can be stopped. */
export interface Attempt<Value> {
  /** Never rejects. */
  readonly outcome: Promise<Outcome<Value>>;
  /** Aborts the call's signal; if the call has not ended a grace period later, it is given up. */
  stop(reason: Error): void;
}

/** For `startAttempt`. */
export interface AttemptOptions<Value> {
  readonly clock: Clock;
  /** How long a stopped call may take to end, in milliseconds. */
  readonly graceMs: number;
  /** Budget in milliseconds. */
  readonly timeoutMs: number | undefined;
  /** Why it is stopped when the budget is used up; what it returns after that does not count. */
  timeoutError(): Error;
  run(signal: AbortSignal): Promise<Value>;
}

/** Starts a call in a microtask. */
export function startAttempt<Value>(options: AttemptOptions<Value>): Attempt<Value> {
  const { clock, graceMs, timeoutMs, timeoutError, run } = options;
  const controller = new AbortController();
  // A task may hand its signal to any number of calls at once; Node warns of a leak at eleven.
  setMaxListeners(0, controller.signal);
  const ended = new AbortController();
  let isOutOfTime = false;
  let settle: (outcome: Outcome<Value>) => void = () => undefined;
  const outcome = new Promise<Outcome<Value>>((resolve) => {
    settle = (value) => {
      ended.abort();
      resolve(value);
    };
  });
  // Sleeps end early, by rejecting, when the attempt does.
  const after = (ms: number, act: () => void) => void clock.sleep(ms, ended.signal).then(act, () => undefined);

  const stop = (reason: Error) => {
    if (controller.signal.aborted) return;
    controller.abort(reason);
    after(graceMs, () => settle({ kind: 'stopped', reason }));
  };
  if (timeoutMs !== undefined) {
    after(timeoutMs, () => {
      isOutOfTime = !controller.signal.aborted;
      stop(timeoutError());
    });
  }
  Promise.resolve()
    .then(() => run(controller.signal))
    .then(
      (value) => {
        if (isOutOfTime) settle({ kind: 'stopped', reason: controller.signal.reason as Error });
        else settle({ kind: 'returned', value });
      },
      (error: unknown) => {
        const { aborted, reason } = controller.signal;
        if (aborted) settle({ kind: 'stopped', reason: reason as Error, error });
        else settle({ kind: 'threw', error });
      },
    );
  return { outcome, stop };
}
