import type { Outcome } from './attempt.js';
import { isInBudget, isTimeout } from './attempt-budget.js';
import { retryDelayMs } from './backoff.js';
import type { Clock } from './clock.js';
import { toJson } from './output.js';
import type { TaskError } from './result.js';
import { toTaskError } from './result.js';
import type { NodeEnd, RunNode } from './run-node.js';

/** What follows from an attempt: the node ends, or is tried again after a pause. */
export type AttemptVerdict =
  | { readonly kind: 'end'; readonly end: NodeEnd }
  | { readonly kind: 'retry'; readonly error: TaskError; readonly delayMs: number };

/** For `judgeAttempt`. */
export interface JudgeOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: () => number;
  /** Whether there may be another attempt at all. */
  mayRetry(node: RunNode): boolean;
}

/** Judges how an attempt of a node ended. A timeout is a failure; any other stop is not retried. */
export function judgeAttempt(node: RunNode, outcome: Outcome, options: JudgeOptions): AttemptVerdict {
  if (outcome.kind === 'returned') return judgeOutput(outcome.value);
  if (outcome.kind === 'stopped' && !isTimeout(outcome.reason)) {
    const { reason, error = reason } = outcome;
    return { kind: 'end', end: { state: 'aborted', reason: reason.message, error: toTaskError(error) } };
  }
  const error = outcome.kind === 'threw' ? outcome.error : outcome.reason;
  try {
    const delayMs = options.mayRetry(node) ? delayOf(node, error, options) : undefined;
    return delayMs === undefined ? failed(error) : { kind: 'retry', error: toTaskError(error), delayMs };
  } catch (thrown) {
    // `isRetryable` is the task's own code.
    return failed(new AggregateError([error, thrown]));
  }
}

function judgeOutput(value: unknown): AttemptVerdict {
  try {
    return { kind: 'end', end: { state: 'succeeded', output: toJson(value) } };
  } catch (error) {
    return failed(error);
  }
}

function delayOf(node: RunNode, error: unknown, { clock, random }: JudgeOptions): number | undefined {
  const delayMs = retryDelayMs(node.task.retries, { attempt: node.attempt, error, random });
  return delayMs !== undefined && isInBudget(node, clock.now() + delayMs) ? delayMs : undefined;
}

function failed(error: unknown): AttemptVerdict {
  return { kind: 'end', end: { state: 'failed', error: toTaskError(error) } };
}
