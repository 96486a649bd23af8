import type { AttemptBudget } from './attempt.js';
import { PipelineError } from './errors.js';
import type { RunNode } from './run-node.js';

/**
 * What the next attempt of a node may take: the budget of an attempt, or what is left of that of all its attempts, if
 * that is less. `undefined` if there is neither.
 */
export function budgetOf(node: RunNode, nowMs: number): AttemptBudget | undefined {
  const { deadlineMs, startedMs = nowMs, task } = node;
  const { name, timeoutMs, cleanup } = task;
  const leftMs = deadlineMs === undefined ? Infinity : Math.max(0, deadlineMs - nowMs);
  if (leftMs < (timeoutMs ?? Infinity)) {
    const what = cleanup ? 'did not clean up' : 'was not done';
    const text = `"${name}" ${what} within ${(deadlineMs as number) - startedMs} ms`;
    const code = cleanup ? 'CLEANUP_TIMEOUT' : 'TASK_TIMEOUT';
    return { timeoutMs: leftMs, timeoutError: () => new PipelineError(code, text) };
  }
  if (timeoutMs === undefined) return undefined;
  const text = `"${name}" took longer than ${timeoutMs} ms`;
  return { timeoutMs, timeoutError: () => new PipelineError('TASK_TIMEOUT', text) };
}

/** Whether the budget of all of a node's attempts still lasts at that time; if it has none it does. */
export function isInBudget({ deadlineMs }: RunNode, atMs: number): boolean {
  return deadlineMs === undefined || atMs < deadlineMs;
}

/** Whether an attempt was stopped because its budget was used up. */
export function isTimeout(reason: Error): boolean {
  return reason instanceof PipelineError && (reason.code === 'TASK_TIMEOUT' || reason.code === 'CLEANUP_TIMEOUT');
}
