import type { Graph } from './graph.js';
import type { Json } from './json.js';
import type { TaskError, TaskResult, TaskState } from './result.js';
import type { Task } from './task.js';
import { predecessorsOf } from './task.js';

/** A task and all that changes about it in a run. Only the engine writes it. */
export interface RunNode {
  readonly task: Task;
  /** Place in the graph's order. */
  readonly index: number;
  /** Tasks in the longest chain behind it. */
  rank: number;
  readonly dependents: RunNode[];
  /** Predecessors that have not ended. */
  waiting: number;
  state: TaskState;
  isLeftOut: boolean;
  /** Whether it was looked at since its predecessors ended. */
  isDecided: boolean;
  /** Whether it was taken over from an earlier run. */
  isResumed: boolean;
  attempt: number;
  startedMs?: number | undefined;
  endedMs?: number | undefined;
  durationMs?: number | undefined;
  /** When a cleanup task's budget is used up. */
  deadlineMs?: number;
  output?: Json | undefined;
  error?: TaskError | undefined;
  reason?: string | undefined;
  checkpoint?: Json;
  /** Checkpoints are written one after the other. */
  writes: Promise<void>;
  /** Stops the attempt, or the pause before it; set while there is one. */
  stop?: ((reason: Error) => void) | undefined;
}

/** What is new when a task ends. */
export interface NodeEnd {
  readonly state: Exclude<TaskState, 'pending' | 'running'>;
  readonly output?: Json | undefined;
  readonly error?: TaskError | undefined;
  readonly reason?: string;
  /** Whether the journal says all there is to say already. */
  readonly isRecorded?: boolean;
}

/** Makes the nodes of a graph, in its order, each knowing those behind it. */
export function createNodes(graph: Graph): readonly RunNode[] {
  const nodes = new Map<Task, RunNode>();
  graph.order.forEach((task, index) => {
    const predecessors = predecessorsOf(task);
    const node: RunNode = {
      task,
      index,
      rank: 0,
      dependents: [],
      waiting: predecessors.length,
      state: 'pending',
      isLeftOut: false,
      isDecided: false,
      isResumed: false,
      attempt: 0,
      writes: Promise.resolve(),
    };
    nodes.set(task, node);
    for (const one of predecessors) nodes.get(one)?.dependents.push(node);
  });
  const list = [...nodes.values()];
  for (const node of list.toReversed()) {
    for (const { rank } of node.dependents) node.rank = Math.max(node.rank, rank + 1);
  }
  return list;
}

/** The order in which ready nodes start: the longest chain behind it first, then as declared. */
export function isStartedBefore(one: RunNode, other: RunNode): boolean {
  return one.rank > other.rank || (one.rank === other.rank && one.index < other.index);
}

/** A node as a result; fields that do not apply are absent. */
export function resultOf(node: RunNode): TaskResult {
  const { task, state, attempt, startedMs, endedMs, output, error, reason, checkpoint } = node;
  const durationMs = node.durationMs ?? (startedMs === undefined ? 0 : (endedMs ?? startedMs) - startedMs);
  return {
    name: task.name,
    state,
    attempts: attempt,
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(endedMs === undefined ? {} : { endedMs }),
    durationMs,
    ...(output === undefined ? {} : { output }),
    ...(error === undefined ? {} : { error }),
    ...(reason === undefined ? {} : { reason }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    cleanup: task.cleanup,
    ...(node.isResumed ? { resumed: true } : {}),
  };
}
