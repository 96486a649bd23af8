import type { Graph } from './graph.js';
import type { CriticalPath, TaskResult } from './result.js';
import { predecessorsOf } from './task.js';

/**
 * Finds the chain of tasks that set a run's time: from the task that ended last back through the predecessor that
 * ended last. Tasks that did not run in this run are passed through but not listed.
 */
export function findCriticalPath(graph: Graph, results: Readonly<Record<string, TaskResult>>): CriticalPath {
  const path: { name: string; durationMs: number }[] = [];
  for (let name = lastEnded(graph.order, results); name !== undefined;) {
    const result = results[name];
    if (result?.startedMs !== undefined && result.resumed !== true) path.push({ name, durationMs: result.durationMs });
    const task = graph.find(name);
    name = task === undefined ? undefined : lastEnded(predecessorsOf(task), results);
  }
  return { tasks: path.reverse(), durationMs: path.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

function lastEnded(
  tasks: readonly { readonly name: string }[],
  results: Readonly<Record<string, TaskResult>>,
): string | undefined {
  let last: TaskResult | undefined;
  for (const { name } of tasks) {
    const result = results[name];
    // Of two that ended together the later one in order: it may have waited for the other.
    if (result !== undefined && (last === undefined || (result.endedMs ?? 0) >= (last.endedMs ?? 0))) last = result;
  }
  return last?.name;
}
