import type { AttemptRecord } from './attempt-history.js';
import { addAttempt, attemptRecord } from './attempt-history.js';
import type { Graph } from './graph.js';
import { indexOf } from './graph.js';
import type { GraphNode, Turns } from './graph-index.js';
import type { Json } from './json.js';
import type { TaskError, TaskResult, TaskState } from './result.js';
import type { Task } from './task.js';

/**
 * A task and all that changes about it in a run. Only the engine writes it.
 *
 * There is one for each task from the beginning to the end of a run: what few of them have takes no room in the others.
 */
export class RunNode {
  readonly place: GraphNode;
  /** Its place in the order in which ready tasks start: the lower, the sooner. */
  readonly turn: number;
  /** Predecessors that have not ended. */
  waiting: number;
  state: TaskState = 'pending';
  attempt = 0;
  startedMs: number | undefined = undefined;
  endedMs: number | undefined = undefined;
  output: Json | undefined = undefined;
  /** The attempt, or the pause before it, while there is one. */
  current: { stop(reason: Error): void } | undefined = undefined;
  /** Whether it was looked at since its predecessors ended. */
  isDecided = false;
  /** Whether a task that it needs or comes after has ended otherwise than well. */
  isTroubled = false;

  declare isLeftOut: boolean;
  /** Whether it was taken over from an earlier run. */
  declare isResumed: boolean;
  /** Whether an earlier run was stopped in the midst of it, and it was not asked yet what became of that. */
  declare mayAdopt: boolean;
  declare isAdopted: boolean;
  /** Attempts that have ended, and those of earlier runs. The only one is not among them: it is as the node is. */
  declare past: readonly AttemptRecord[] | undefined;
  /** When the attempt began that comes after those. */
  declare retriedMs: number | undefined;
  declare durationMs: number | undefined;
  /** When the budget of all its attempts is used up. */
  declare deadlineMs: number | undefined;
  declare error: TaskError | undefined;
  declare reason: string | undefined;
  declare failedUpstream: string | undefined;
  declare checkpoint: Json | undefined;
  /** Checkpoints are written one after the other: the last of those that are being written. */
  declare writes: Promise<void> | undefined;

  static {
    const { prototype } = this;
    prototype.isLeftOut = prototype.isResumed = prototype.mayAdopt = prototype.isAdopted = false;
  }

  constructor(place: GraphNode, turn: number) {
    this.place = place;
    this.turn = turn;
    this.waiting = place.waitsFor;
  }

  get task(): Task {
    return this.place.task;
  }

  get name(): string {
    return this.place.name;
  }
}

/** What is new when a task ends. */
export interface NodeEnd {
  readonly state: Exclude<TaskState, 'pending' | 'running'>;
  readonly output?: Json | undefined;
  readonly error?: TaskError | undefined;
  readonly reason?: string | undefined;
  readonly failedUpstream?: string | undefined;
  /** Whether the journal says all there is to say already. */
  readonly isRecorded?: boolean;
}

/** Makes the nodes of a graph, in its order. */
export function createNodes(graph: Graph, { turnOf }: Turns): readonly RunNode[] {
  return indexOf(graph).nodes.map((place) => new RunNode(place, turnOf[place.index] as number));
}

/** Puts an attempt that is to be followed by another among the past ones. */
export function keepAttempt(node: RunNode, ended: { readonly endedMs: number; readonly error: TaskError }): void {
  const startedMs = node.retriedMs ?? node.startedMs ?? ended.endedMs;
  node.past = addAttempt(node.past, attemptRecord({ startedMs, state: 'failed', ...ended }));
  node.retriedMs = undefined;
}

function historyOf(
  { retriedMs: startedMs, endedMs, state, error }: RunNode,
  past: readonly AttemptRecord[],
): readonly AttemptRecord[] {
  return startedMs === undefined ? past : addAttempt(past, attemptRecord({ startedMs, endedMs, state, error }));
}

/** A node as a result; fields that do not apply are absent. */
export function resultOf(node: RunNode): TaskResult {
  const { name, state, attempt: attempts, startedMs, endedMs, output } = node;
  const durationMs = node.durationMs ?? (startedMs === undefined ? 0 : (endedMs ?? startedMs) - startedMs);
  const { cleanup } = node.place;
  // Nearly all results have one of these two shapes; adding their fields one by one takes several times as long.
  const result: { -readonly [Key in keyof TaskResult]: TaskResult[Key] } =
    startedMs !== undefined && endedMs !== undefined && output !== undefined
      ? { name, state, attempts, startedMs, endedMs, durationMs, output, cleanup }
      : { name, state, attempts, durationMs, cleanup };
  if (startedMs !== undefined) result.startedMs = startedMs;
  if (endedMs !== undefined) result.endedMs = endedMs;
  if (output !== undefined) result.output = output;
  if (node.past !== undefined) result.attemptHistory = historyOf(node, node.past);
  if (node.error !== undefined) result.error = node.error;
  if (node.reason !== undefined) result.reason = node.reason;
  if (node.failedUpstream !== undefined) result.failedUpstream = node.failedUpstream;
  if (node.checkpoint !== undefined) result.checkpoint = node.checkpoint;
  if (node.isResumed) result.resumed = true;
  if (node.isAdopted) result.adopted = true;
  return result;
}
