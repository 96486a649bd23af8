import type { TaskResult, TaskState } from './result.js';
import type { Task } from './task.js';

/** How far the tasks of a group are. */
export interface GroupSummary {
  readonly name: string;
  /**
   * `failed` or `aborted` if one of its tasks was; else `running` while one runs or some have ended and some have not;
   * else `pending`, `skipped` if all were, or `succeeded`.
   */
  readonly state: TaskState;
  /** Tasks by their states; those of none are absent. */
  readonly counts: Readonly<Partial<Record<TaskState, number>>>;
}

/** Sums up the groups of tasks, in the order of their first tasks. What has no result is pending. */
export function summarizeGroups(
  tasks: Iterable<Pick<Task, 'name' | 'group'>>,
  results: Readonly<Record<string, Pick<TaskResult, 'state'> | undefined>>,
): readonly GroupSummary[] {
  const groups = new Map<string, Partial<Record<TaskState, number>>>();
  for (const { name, group } of tasks) {
    if (group === undefined) continue;
    const counts = groups.get(group) ?? {};
    groups.set(group, counts);
    const state = results[name]?.state ?? 'pending';
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return [...groups].map(([name, counts]) => ({ name, state: stateOf(counts), counts }));
}

function stateOf({ failed, aborted, running, pending, succeeded, skipped }: GroupSummary['counts']): TaskState {
  if (failed !== undefined) return 'failed';
  if (aborted !== undefined) return 'aborted';
  const hasEnded = succeeded !== undefined || skipped !== undefined;
  if (running !== undefined || (pending !== undefined && hasEnded)) return 'running';
  if (pending !== undefined) return 'pending';
  return succeeded === undefined ? 'skipped' : 'succeeded';
}
