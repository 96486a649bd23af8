import { decide } from './decision.js';
import type { Graph } from './graph.js';
import type { Journal, TaskRecord } from './journal.js';
import type { Json } from './json.js';
import type { Selection } from './selection.js';
import type { Task } from './task.js';
import { predecessorsOf } from './task.js';

/** What a run continues from. */
export interface Takeover {
  /** Records of tasks that are done and stay so, by name. */
  readonly done: ReadonlyMap<string, TaskRecord>;
  /** Last checkpoints, also of tasks that are to run again. */
  readonly checkpoints: ReadonlyMap<string, Json>;
}

/** For `readTakeover`. */
export interface TakeoverOptions {
  readonly selection: Selection | undefined;
  /** Succeeded tasks that are to run again all the same. */
  readonly redo: ReadonlySet<string>;
  /** Asks a task whether what it made is still there. */
  verify(task: Task, output: Json | undefined): Promise<boolean>;
}

// Files asked for at once: enough to hide a bucket's latency, few enough for its limits.
const READS = 32;

/**
 * Reads which tasks of a journal are done.
 *
 * A succeeded task is done if what it made is still there and what it was made from stays as it is: a task runs again
 * when one it needs does, a cleanup or `all_done` task also when one it comes after does.
 */
export async function readTakeover(graph: Graph, journal: Journal, options: TakeoverOptions): Promise<Takeover> {
  const { selection, redo, verify } = options;
  const isChosen = (name: string) => selection === undefined || selection.names.has(name);
  const records = new Map<string, TaskRecord>();
  const checkpoints = new Map<string, Json>();
  const intact = new Set<string>();
  await forEach(graph.tasks, async (task) => {
    const record = await journal.readTask(task.name);
    const checkpoint = record?.checkpoint ?? (await journal.readCheckpoint(task.name));
    if (checkpoint !== undefined) checkpoints.set(task.name, checkpoint);
    if (record === undefined) return;
    records.set(task.name, record);
    if (record.state !== 'succeeded' || redo.has(task.name)) return;
    if (!isChosen(task.name) || (await verify(task, record.output))) intact.add(task.name);
  });

  const done = new Map<string, TaskRecord>();
  const unchanged = new Set<string>(); // done, or once more skipped
  const leftOut = new Set<string>();
  const endingOf = (name: string) =>
    ({ state: records.get(name)?.state ?? 'pending', isLeftOut: leftOut.has(name) }) as const;
  for (const task of graph.order) {
    const { name } = task;
    const record = records.get(name);
    const sources = task.when === 'all_success' && !task.cleanup ? Object.values(task.needs) : predecessorsOf(task);
    if (
      record !== undefined &&
      intact.has(name) &&
      (!isChosen(name) || sources.every((one) => unchanged.has(one.name)))
    ) {
      done.set(name, record);
      unchanged.add(name);
    } else if (!isChosen(name)) {
      leftOut.add(name);
      unchanged.add(name);
    } else if (predecessorsOf(task).every((one) => unchanged.has(one.name))) {
      const decision = decide(task, endingOf);
      if (decision.run) continue;
      if (decision.isLeftOut) leftOut.add(name);
      unchanged.add(name);
    }
  }
  return { done, checkpoints };
}

async function forEach<Item>(items: readonly Item[], visit: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const work = async () => {
    for (const item of rest) await visit(item);
  };
  await Promise.all(Array.from({ length: Math.min(READS, items.length) }, work));
}
