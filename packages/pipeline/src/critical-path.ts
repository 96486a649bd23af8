import type { TaskOutline } from './journal.js';
import type { CriticalPath, TaskResult } from './result.js';

/** What the path needs to know of a task. */
type PathTask = Pick<TaskOutline, 'name' | 'needs' | 'after'>;

/**
 * Finds the chain of tasks that set a run's time: from the task that ended last back through the predecessor that
 * ended last. `tasks` are in the graph's order. Tasks that did not run in this run are passed through but not listed.
 */
export function findCriticalPath(
  tasks: readonly PathTask[],
  results: Readonly<Record<string, TaskResult>>,
): CriticalPath {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const path: { name: string; durationMs: number }[] = [];
  for (let name = lastEnded([...byName.keys()], results); name !== undefined;) {
    const result = results[name];
    if (result?.startedMs !== undefined && result.resumed !== true) path.push({ name, durationMs: result.durationMs });
    const task = byName.get(name);
    name = task === undefined ? undefined : lastEnded([...task.needs, ...task.after], results);
  }
  return { tasks: path.reverse(), durationMs: path.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

function lastEnded(names: readonly string[], results: Readonly<Record<string, TaskResult>>): string | undefined {
  let last: TaskResult | undefined;
  for (const name of names) {
    const result = results[name];
    if (result?.endedMs === undefined) continue;
    // Of two that ended together the later one in order: it may have waited for the other.
    if (last?.endedMs === undefined || result.endedMs >= last.endedMs) last = result;
  }
  return last?.name;
}
