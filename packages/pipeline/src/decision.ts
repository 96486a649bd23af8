import type { TaskState } from './result.js';
import type { Task } from './task.js';
import { predecessorsOf } from './task.js';

/** How a predecessor ended. */
export interface Ending {
  readonly state: TaskState;
  /** Whether it was skipped because it, or one it needs, was not chosen to run. */
  readonly isLeftOut: boolean;
}

/** Whether a task runs, and if not, why. */
export type Decision =
  { readonly run: true } | { readonly run: false; readonly reason: string; readonly isLeftOut: boolean };

/** Decides a task by its `when`, once all its predecessors have ended. */
export function decide(task: Task, endingOf: (name: string) => Ending): Decision {
  if (task.when === 'all_done') return { run: true };
  if (task.when === 'one_failed') {
    const hasFailed = predecessorsOf(task).some(({ name }) => ['failed', 'aborted'].includes(endingOf(name).state));
    return hasFailed ? { run: true } : { run: false, reason: 'nothing failed', isLeftOut: false };
  }
  for (const { name } of Object.values(task.needs)) {
    const ending = endingOf(name);
    if (ending.state !== 'succeeded') return heldBack(`needs "${name}"`, ending);
  }
  for (const { name } of task.after) {
    const ending = endingOf(name);
    if (ending.state !== 'succeeded' && !ending.isLeftOut) return heldBack(`comes after "${name}"`, ending);
  }
  return { run: true };
}

function heldBack(what: string, { state, isLeftOut }: Ending): Decision {
  const how = isLeftOut ? 'was left out' : state === 'failed' ? 'failed' : `was ${state}`;
  return { run: false, reason: `${what}, which ${how}`, isLeftOut };
}
