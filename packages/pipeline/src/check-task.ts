import { PipelineError } from './errors.js';
import type { Task } from './task.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Checks what a task says of itself.
 *
 * @throws {PipelineError} `INVALID_NAME`, `INVALID_OPTION` for a time or count that cannot be.
 */
export function checkTask(task: Task): void {
  const { name, retries, uses } = task;
  if (!NAME.test(name)) {
    throw new PipelineError('INVALID_NAME', `not a task name: ${JSON.stringify(name)}`, {
      hint: 'Use letters, digits, ".", "_" and "-", a letter or digit first, at most 100.',
    });
  }
  if (task.timeoutMs !== undefined) checkAbove0(name, 'timeoutMs', task.timeoutMs);
  if (task.totalTimeoutMs !== undefined) checkAbove0(name, 'totalTimeoutMs', task.totalTimeoutMs);
  if (task.expectedMs !== undefined) checkNotNegative(name, 'expectedMs', task.expectedMs);
  for (const resource in uses) {
    const units = uses[resource] as number;
    if (!isCount(units)) throw invalid(name, `uses.${resource}`, units, 'Give a whole number of units, 1 or more.');
  }
  if (retries === undefined) return;
  const { attempts, minDelayMs = 0, maxDelayMs = 0 } = retries;
  if (!isCount(attempts)) {
    throw invalid(name, 'retries.attempts', attempts, 'Count all attempts, the first included: 1 or more.');
  }
  checkNotNegative(name, 'retries.minDelayMs', minDelayMs);
  checkNotNegative(name, 'retries.maxDelayMs', maxDelayMs);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function checkAbove0(name: string, option: string, value: number): void {
  if (!(value > 0)) throw invalid(name, option, value, 'Give milliseconds above 0.');
}

function checkNotNegative(name: string, option: string, value: number): void {
  if (!(value >= 0)) throw invalid(name, option, value, 'Give milliseconds, 0 or more.');
}

function invalid(name: string, option: string, value: number, hint: string): PipelineError {
  return new PipelineError('INVALID_OPTION', `"${name}": ${option} is ${value}`, { hint });
}
