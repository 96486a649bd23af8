import type { AttemptRecord } from './attempt-history.js';
import { earlierAttemptsOf } from './attempt-history.js';
import type { Decision, Endings } from './decision.js';
import { decide, decideByPredicate } from './decision.js';
import type { Graph } from './graph.js';
import { indexOf } from './graph.js';
import type { GraphNode } from './graph-index.js';
import type { Journal, TaskRecord } from './journal.js';
import type { Json } from './json.js';
import type { TaskResult } from './result.js';
import type { Selection } from './selection.js';
import type { Task } from './task.js';

/** What a run continues from. */
export interface Takeover {
  /** Records of tasks that have ended and stay as they are, by name. */
  readonly done: ReadonlyMap<string, DoneRecord>;
  /** Tasks in whose midst the earlier run was stopped. */
  readonly interrupted: ReadonlySet<string>;
  /** Last checkpoints, also of tasks that are to run again. */
  readonly checkpoints: ReadonlyMap<string, Json>;
  /** Attempts that were made at tasks that are not done, by name. */
  readonly attempts: ReadonlyMap<string, readonly AttemptRecord[]>;
}

/** The record of a task that has ended. */
export type DoneRecord = TaskRecord & { readonly state: 'succeeded' | 'failed' | 'skipped' | 'aborted' };

/** For `readTakeover`. */
export interface TakeoverOptions {
  readonly selection: Selection | undefined;
  /** Succeeded tasks that are to run again all the same. */
  readonly redo: ReadonlySet<string>;
  /** Asks a task whether what it made is still there. */
  verify(task: Task, output: Json | undefined): Promise<boolean>;
}

/**
 * Reads which tasks of a journal are done.
 *
 * A succeeded task is done if what it made is still there and what it was made from stays as it is: a task runs again
 * when one it needs does, or has since; one that cleans up, or runs by another rule than `all_success`, also when one
 * it comes after does.
 */
export async function readTakeover(graph: Graph, journal: Journal, options: TakeoverOptions): Promise<Takeover> {
  const { selection, redo, verify } = options;
  const isChosen = (name: string) => selection === undefined || selection.names.has(name);
  const { records, checkpoints } = await readRecords(graph, journal);
  const intact = new Set<string>();
  await forEach(graph.tasks, async (task) => {
    const record = records.get(task.name);
    if (record?.state !== 'succeeded' || redo.has(task.name)) return;
    if (!isChosen(task.name) || (await verify(task, record.output))) intact.add(task.name);
  });
  const done = findDone(graph, { records, intact, isChosen });
  const interrupted = graph.tasks.filter(({ name }) => !done.has(name) && !redo.has(name) && isInterrupted(name));
  const attempts = earlierAttempts(records, done);
  return { done, interrupted: new Set(interrupted.map(({ name }) => name)), checkpoints, attempts };

  function isInterrupted(name: string): boolean {
    const state = records.get(name)?.state;
    // A checkpoint without a state: the state is torn.
    return state === undefined ? checkpoints.has(name) : state === 'running' || state === 'aborted';
  }
}

/** All there is in a journal about the tasks of a graph. */
export async function readRecords(
  graph: Graph,
  journal: Journal,
): Promise<{ readonly records: ReadonlyMap<string, TaskRecord>; readonly checkpoints: ReadonlyMap<string, Json> }> {
  const records = new Map<string, TaskRecord>();
  const checkpoints = new Map<string, Json>();
  await forEach(graph.tasks, async ({ name }) => {
    const record = await journal.readTask(name);
    const checkpoint = record?.checkpoint ?? (await journal.readCheckpoint(name));
    if (checkpoint !== undefined) checkpoints.set(name, checkpoint);
    if (record !== undefined) records.set(name, record);
  });
  return { records, checkpoints };
}

/** Attempts that are recorded of tasks that are not done. */
export function earlierAttempts(
  records: ReadonlyMap<string, TaskRecord>,
  done: ReadonlyMap<string, DoneRecord>,
): ReadonlyMap<string, readonly AttemptRecord[]> {
  const attempts = new Map<string, readonly AttemptRecord[]>();
  for (const [name, record] of records) {
    const earlier = done.has(name) ? undefined : earlierAttemptsOf(record);
    if (earlier !== undefined) attempts.set(name, earlier);
  }
  return attempts;
}

interface Known {
  readonly records: ReadonlyMap<string, TaskRecord>;
  /** Tasks that succeeded and whose work is still there. */
  readonly intact: ReadonlySet<string>;
  isChosen(name: string): boolean;
}

function findDone(graph: Graph, { records, intact, isChosen }: Known): ReadonlyMap<string, DoneRecord> {
  const { nodes } = indexOf(graph);
  const done = new Map<string, DoneRecord>();
  const unchanged = new Set<number>(); // done, or once more skipped
  const leftOut = new Set<number>();
  const resultAt = (index: number): TaskResult => {
    const { name, cleanup } = nodes[index] as GraphNode;
    const nothing = { name, state: leftOut.has(index) ? 'skipped' : 'pending', attempts: 0, durationMs: 0 } as const;
    return (leftOut.has(index) ? undefined : records.get(name)) ?? { ...nothing, cleanup };
  };
  const endings: Endings = { nodeAt: (index) => ({ ...resultAt(index), isLeftOut: leftOut.has(index) }) };
  for (const node of nodes) {
    const { index, name, when, cleanup, needs, after } = node;
    const record = records.get(name);
    const isSource = (one: number) => unchanged.has(one) && hasEndedBefore(one, record);
    const isSame = needs.every(isSource);
    const isSameBefore = isSame && after.every(isSource);
    const isFree = !isChosen(name) || (when === 'all_success' && !cleanup ? isSame : isSameBefore);
    if (record !== undefined && intact.has(name) && isFree) {
      done.set(name, record as DoneRecord);
      unchanged.add(index);
    } else if (!isChosen(name)) {
      leftOut.add(index);
      unchanged.add(index);
    } else if (isSameBefore) {
      const decision = decideAgain(node);
      if (decision?.run !== false) continue;
      if (decision.isLeftOut) leftOut.add(index);
      unchanged.add(index);
    }
  }
  return done;

  // What was run again since by hand makes what follows from it stale.
  function hasEndedBefore(source: number, record: TaskRecord | undefined): boolean {
    const endedMs = done.get((nodes[source] as GraphNode).name)?.endedMs ?? -Infinity;
    return record?.startedMs === undefined || endedMs <= record.startedMs;
  }

  function decideAgain(node: GraphNode): Decision | undefined {
    const { when } = node;
    if (typeof when === 'string') return decide(when, node, endings);
    try {
      return decideByPredicate(when, [...node.needs, ...node.after].map(resultAt));
    } catch {
      return undefined; // whatever the condition throws fails the task when its turn comes
    }
  }
}

// Files asked for at once: enough to hide a bucket's latency, few enough for its limits.
const READS = 32;

async function forEach<Item>(items: readonly Item[], visit: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const work = async () => {
    for (const item of rest) await visit(item);
  };
  await Promise.all(Array.from({ length: Math.min(READS, items.length) }, work));
}
