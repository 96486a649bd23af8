import type { AttemptOptions } from './attempt.js';
import { PipelineError } from './errors.js';
import type { RunNode } from './run-node.js';

/**
 * What the next attempt of a node may take: the task's budget, or what is left of a cleanup task's, if that is less.
 */
export function budgetOf(
  node: RunNode,
  options: { readonly nowMs: number; readonly cleanupTimeoutMs: number },
): Pick<AttemptOptions<unknown>, 'timeoutMs' | 'timeoutError'> {
  const { name, timeoutMs } = node.task;
  const leftMs = node.deadlineMs === undefined ? Infinity : Math.max(0, node.deadlineMs - options.nowMs);
  if (leftMs < (timeoutMs ?? Infinity)) {
    const text = `"${name}" did not clean up within ${options.cleanupTimeoutMs} ms`;
    return { timeoutMs: leftMs, timeoutError: () => new PipelineError('CLEANUP_TIMEOUT', text) };
  }
  const text = `"${name}" took longer than ${timeoutMs} ms`;
  return { timeoutMs, timeoutError: () => new PipelineError('TASK_TIMEOUT', text) };
}

/** Whether a cleanup task's budget still lasts at that time; that of others always does. */
export function isInBudget({ deadlineMs }: RunNode, atMs: number): boolean {
  return deadlineMs === undefined || atMs < deadlineMs;
}

/** Whether an attempt was stopped because its budget was used up. */
export function isTimeout(reason: Error): boolean {
  return reason instanceof PipelineError && (reason.code === 'TASK_TIMEOUT' || reason.code === 'CLEANUP_TIMEOUT');
}
