import { PipelineError } from './errors.js';
import type { Task } from './task.js';
import { predecessorsOf } from './task.js';

/** Tasks that fit together. Made by `createGraph`; nothing has run yet. */
export interface Graph {
  /** In the order they were declared. */
  readonly tasks: readonly Task[];
  /** Each after all it needs and comes after, else in the order they were declared. */
  readonly order: readonly Task[];
  /** `undefined` when there is no task of that name. */
  find(name: string): Task | undefined;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/**
 * Checks that tasks make a graph.
 *
 * @throws {PipelineError} `INVALID_NAME`, `DUPLICATE_TASK`, `UNKNOWN_TASK` when a task needs or comes after one that
 * is not in the list, `CYCLE`, `INVALID_OPTION` for a time or count that cannot be.
 */
export function createGraph(tasks: readonly Task[]): Graph {
  const byName = new Map<string, Task>();
  for (const task of tasks) {
    checkTask(task);
    if (byName.has(task.name)) {
      throw new PipelineError('DUPLICATE_TASK', `two tasks are named "${task.name}"`, {
        hint: 'Give each task its own name.',
      });
    }
    byName.set(task.name, task);
  }
  for (const task of tasks) {
    for (const { name } of predecessorsOf(task).filter((other) => byName.get(other.name) !== other)) {
      throw new PipelineError('UNKNOWN_TASK', `"${task.name}" needs "${name}", which is not in the graph`, {
        hint: `Hand the very task "${name}" to createGraph too.`,
      });
    }
  }
  return { tasks: [...tasks], order: sortTasks(tasks), find: (name) => byName.get(name) };
}

function checkTask({ name, retries, timeoutMs }: Task): void {
  if (!NAME.test(name)) {
    throw new PipelineError('INVALID_NAME', `not a task name: ${JSON.stringify(name)}`, {
      hint: 'Use letters, digits, ".", "_" and "-", a letter or digit first, at most 100.',
    });
  }
  if (retries !== undefined && !(Number.isInteger(retries.attempts) && retries.attempts >= 1)) {
    throw new PipelineError('INVALID_OPTION', `"${name}": retries.attempts is ${retries.attempts}`, {
      hint: 'Count all attempts, the first included: 1 or more.',
    });
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new PipelineError('INVALID_OPTION', `"${name}": timeoutMs is ${timeoutMs}`, {
      hint: 'Give milliseconds above 0.',
    });
  }
}

// Kahn's algorithm; the declared order decides among those that are free.
function sortTasks(tasks: readonly Task[]): readonly Task[] {
  const waiting = new Map<Task, number>();
  const dependents = new Map<Task, Task[]>();
  for (const task of tasks) {
    const predecessors = predecessorsOf(task);
    waiting.set(task, predecessors.length);
    for (const other of predecessors) {
      const list = dependents.get(other);
      if (list === undefined) dependents.set(other, [task]);
      else list.push(task);
    }
  }
  const order = tasks.filter((task) => waiting.get(task) === 0);
  for (let at = 0; at < order.length; at += 1) {
    for (const dependent of dependents.get(order[at] as Task) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1;
      waiting.set(dependent, left);
      if (left === 0) order.push(dependent);
    }
  }
  if (order.length < tasks.length) {
    const stuck = tasks.filter((task) => (waiting.get(task) ?? 0) > 0).map(({ name }) => `"${name}"`);
    throw new PipelineError('CYCLE', `these tasks wait for each other: ${stuck.join(', ')}`, {
      hint: 'Take one of their needs away.',
    });
  }
  return order;
}
