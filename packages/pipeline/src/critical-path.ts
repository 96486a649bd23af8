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
  return traceCriticalPath([...byName.keys()], {
    resultOf: (name) => results[name],
    beforeOf(name) {
      const task = byName.get(name);
      return task === undefined ? [] : [...task.needs, ...task.after];
    },
  });
}

/** As `findCriticalPath`, for tasks in the graph's order by whatever they are known. */
export function traceCriticalPath<Key>(
  tasks: Iterable<Key>,
  graph: { resultOf(task: Key): TaskResult | undefined; beforeOf(task: Key): Iterable<Key> },
): CriticalPath {
  const path: { name: string; durationMs: number }[] = [];
  let durationMs = 0;
  for (let last = lastEnded(tasks, graph.resultOf); last !== undefined;) {
    const { key, result } = last;
    if (result.startedMs !== undefined && result.resumed !== true) {
      path.push({ name: result.name, durationMs: result.durationMs });
      durationMs += result.durationMs;
    }
    last = lastEnded(graph.beforeOf(key), graph.resultOf);
  }
  return { tasks: path.reverse(), durationMs };
}

function lastEnded<Key>(
  keys: Iterable<Key>,
  resultOf: (key: Key) => TaskResult | undefined,
): { readonly key: Key; readonly result: TaskResult } | undefined {
  let last: { readonly key: Key; readonly result: TaskResult } | undefined;
  let lastMs = -Infinity;
  for (const key of keys) {
    const result = resultOf(key);
    // Of two that ended together the later one in order: it may have waited for the other.
    if (result?.endedMs === undefined || result.endedMs < lastMs) continue;
    last = { key, result };
    lastMs = result.endedMs;
  }
  return last;
}
