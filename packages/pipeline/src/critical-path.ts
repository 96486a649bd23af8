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
    endedMsOf: (name) => results[name]?.endedMs,
    resultOf: (name) => results[name],
    beforeOf(name) {
      const task = byName.get(name);
      return task === undefined ? [] : [...task.needs, ...task.after];
    },
  });
}

/** What `traceCriticalPath` asks about tasks, by whatever they are known. */
export interface PathGraph<Key> {
  /** When it ended; `undefined` if it did not. */
  endedMsOf(task: Key): number | undefined;
  /** Asked only of tasks on the path. */
  resultOf(task: Key): TaskResult | undefined;
  beforeOf(task: Key): Iterable<Key>;
}

/** As `findCriticalPath`, for tasks in the graph's order. */
export function traceCriticalPath<Key>(tasks: Iterable<Key>, graph: PathGraph<Key>): CriticalPath {
  const path: { name: string; durationMs: number }[] = [];
  let durationMs = 0;
  for (let last = lastEnded(tasks, graph); last !== undefined; last = lastEnded(graph.beforeOf(last), graph)) {
    const result = graph.resultOf(last);
    if (result?.startedMs === undefined || result.resumed === true) continue;
    path.push({ name: result.name, durationMs: result.durationMs });
    durationMs += result.durationMs;
  }
  return { tasks: path.reverse(), durationMs };
}

function lastEnded<Key>(tasks: Iterable<Key>, graph: Pick<PathGraph<Key>, 'endedMsOf'>): Key | undefined {
  let last: Key | undefined;
  let lastMs = -Infinity;
  for (const task of tasks) {
    const endedMs = graph.endedMsOf(task);
    // Of two that ended together the later one in order: it may have waited for the other.
    if (endedMs === undefined || endedMs < lastMs) continue;
    last = task;
    lastMs = endedMs;
  }
  return last;
}
