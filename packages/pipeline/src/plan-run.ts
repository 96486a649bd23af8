import type { Graph } from './graph.js';
import { indexOf } from './graph.js';
import type { GraphNode } from './graph-index.js';
import type { Journal, TaskOutline } from './journal.js';
import { outlineOf } from './outline.js';
import { failing } from './run-journal.js';
import type { Selection } from './selection.js';
import { readTakeover } from './takeover.js';
import { isStillThere } from './verification.js';

/** What a run would do with a task. */
export interface PlannedTask extends TaskOutline {
  /**
   * `run`: as soon as it may, if its `when` lets it. `adopt or run`: an earlier run was stopped in the midst of it.
   * `keep`: an earlier run has done it. `leave out`: it is not chosen. `skip`: it needs what is left out.
   */
  readonly action: 'run' | 'adopt or run' | 'keep' | 'leave out' | 'skip';
  /** Why, if it is not plain. */
  readonly reason?: string;
  /** What it would call, a line each: what its `describe` says. Empty unless it is to run. */
  readonly calls: readonly string[];
}

/** For `planRun`. */
export interface PlanOptions {
  /** @default all */
  readonly selection?: Selection;
  /** Journal of the run that would be resumed; it is read, never written. @default a new run */
  readonly journal?: Journal;
  /** Succeeded tasks to run again all the same. @default those the selection says */
  readonly redo?: readonly string[];
  /** Ends the wait for tasks that look whether what they made is still there. */
  readonly signal?: AbortSignal;
}

/**
 * Says what a run, or the resumption of one, would do, in the graph's order: a dry run. Of the tasks' own code only
 * `describe` and `verify` are called.
 *
 * @throws {PipelineError} `JOURNAL_FAILED` when the journal cannot be read.
 */
export async function planRun(graph: Graph, options: PlanOptions = {}): Promise<readonly PlannedTask[]> {
  const { selection, journal, signal = new AbortController().signal } = options;
  const redo = new Set([...(selection?.redo ?? []), ...(options.redo ?? [])]);
  const takeover =
    journal === undefined
      ? undefined
      : await failing(() =>
          readTakeover(graph, journal, {
            selection,
            redo,
            verify: (task, output) => isStillThere(task, output, { signal, log: () => undefined }),
          }),
        );
  const outlines = outlineOf(graph, selection);
  const { nodes } = indexOf(graph);
  const without = new Set<number>(); // tasks that will have no output
  return nodes.map((node, index): PlannedTask => {
    const outline = outlines[index] as TaskOutline;
    const planned = (action: PlannedTask['action'], reason?: string): PlannedTask => ({
      ...outline,
      action,
      ...(reason === undefined ? {} : { reason }),
      calls: action === 'run' || action === 'adopt or run' ? (node.task.describe?.() ?? []) : [],
    });
    if (takeover?.done.has(node.name)) return planned('keep', 'done by an earlier run');
    const missing = node.when === 'all_success' ? node.needs.find((need) => without.has(need)) : undefined;
    if (!outline.selected || missing !== undefined) without.add(index);
    if (!outline.selected) return planned('leave out');
    if (missing !== undefined)
      return planned('skip', `needs "${(nodes[missing] as GraphNode).name}", which is left out`);
    const mayAdopt = node.task.adopt !== undefined && takeover?.interrupted.has(node.name);
    return planned(mayAdopt ? 'adopt or run' : 'run', node.when === 'all_success' ? undefined : outline.when);
  });
}
