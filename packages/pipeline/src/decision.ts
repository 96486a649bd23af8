import type { GraphNode } from './graph-index.js';
import type { TaskResult, TaskState } from './result.js';
import type { WhenPredicate, WhenRule } from './when.js';

/** How a predecessor ended. */
export interface Ending {
  readonly name: string;
  readonly state: TaskState;
  /** Whether it was skipped because it, or one it needs, was not chosen to run. */
  readonly isLeftOut: boolean;
  /** The task whose failure it was skipped for. */
  readonly failedUpstream?: string | undefined;
}

/** How the tasks of a graph ended, by their numbers. */
export interface Endings {
  nodeAt(index: number): Ending;
}

/** Whether a task runs, and if not, why. */
export type Decision =
  | { readonly run: true }
  | {
      readonly run: false;
      readonly reason: string;
      readonly isLeftOut: boolean;
      readonly failedUpstream?: string | undefined;
    };

/** Decides a task by the rule of its `when`, once all its predecessors have ended. */
export function decide(rule: WhenRule, node: GraphNode, endings: Endings): Decision {
  if (rule === 'all_done') return RUN;
  if (rule === 'all_success') return decideAllSuccess(node, endings);
  const counted: Ending[] = [];
  for (const one of node.needs) counted.push(endings.nodeAt(one));
  for (const one of node.after) {
    const ending = endings.nodeAt(one);
    if (!ending.isLeftOut) counted.push(ending);
  }
  return decideCounted(rule, counted);
}

/** Decides a task by a condition of its own, which may throw. */
export function decideByPredicate(when: WhenPredicate, upstream: readonly TaskResult[]): Decision {
  const byName = Object.fromEntries(upstream.map((result) => [result.name, result]));
  return when(byName) ? RUN : skip('its condition does not hold');
}

/** The task runs. */
export const RUN: Decision = { run: true };

function decideAllSuccess({ needs, after }: GraphNode, endings: Endings): Decision {
  for (const one of needs) {
    const ending = endings.nodeAt(one);
    if (ending.state !== 'succeeded') return heldBack('needs', ending);
  }
  for (const one of after) {
    const ending = endings.nodeAt(one);
    if (ending.state !== 'succeeded' && !ending.isLeftOut) return heldBack('comes after', ending);
  }
  return RUN;
}

function decideCounted(rule: Exclude<WhenRule, 'all_success' | 'all_done'>, endings: readonly Ending[]): Decision {
  const failed = endings.find(hasFailed);
  const skipped = endings.find(({ state }) => state === 'skipped');
  const hasSuccess = endings.some(({ state }) => state === 'succeeded');
  switch (rule) {
    case 'one_failed':
      return failed === undefined ? skip('nothing failed') : RUN;
    case 'all_failed': {
      const other = endings.find((ending) => !hasFailed(ending));
      if (failed === undefined) return skip('nothing failed');
      return other === undefined ? RUN : skip(`"${other.name}" did not fail`);
    }
    case 'one_success':
      return hasSuccess ? RUN : skip('nothing succeeded', failed);
    case 'none_failed':
      return failed === undefined ? RUN : heldBack('comes after', failed);
    case 'none_failed_min_one_success':
      if (failed !== undefined) return heldBack('comes after', failed);
      return hasSuccess ? RUN : skip('nothing succeeded');
    case 'none_skipped':
      return skipped === undefined ? RUN : heldBack('comes after', skipped);
  }
}

/** Whether an ending counts as a failure. */
export function hasFailed({ state, failedUpstream }: Omit<Ending, 'name' | 'isLeftOut'>): boolean {
  return state === 'failed' || state === 'aborted' || failedUpstream !== undefined;
}

function skip(reason: string, failed?: Ending): Decision {
  return { run: false, reason, isLeftOut: false, failedUpstream: failed === undefined ? undefined : rootOf(failed) };
}

function heldBack(how: 'needs' | 'comes after', ending: Ending): Decision {
  const { name, state, isLeftOut, failedUpstream } = ending;
  const end = isLeftOut ? 'was left out' : state === 'failed' ? 'failed' : `was ${state}`;
  const why = failedUpstream === undefined ? '' : ` because of "${failedUpstream}"`;
  return {
    run: false,
    reason: `${how} "${name}", which ${end}${why}`,
    isLeftOut,
    failedUpstream: hasFailed(ending) ? rootOf(ending) : undefined,
  };
}

function rootOf({ name, failedUpstream }: Ending): string {
  return failedUpstream ?? name;
}
