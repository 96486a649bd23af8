import { PipelineError } from './errors.js';
import type { Task } from './task.js';
import type { When } from './when.js';

/** A task's place in its graph. Tasks are numbered by the graph's order. */
export interface GraphNode {
  readonly task: Task;
  readonly name: string;
  readonly when: When;
  readonly cleanup: boolean;
  /** Whether it has any budget of time. */
  readonly isTimed: boolean;
  readonly index: number;
  /** Numbers of the tasks it needs, each once. */
  readonly needs: readonly number[];
  /** Numbers of the tasks it comes after and does not need, each once. */
  readonly after: readonly number[];
  /** How many tasks it needs or comes after. */
  readonly waitsFor: number;
  /** Numbers of the tasks that need it or come after it, each once. */
  readonly dependents: readonly number[];
  /** Where its inputs come from. */
  readonly slots: readonly InputSlot[];
}

/** An input: its key, and the number of the task whose output it is, or the numbers of several. */
export interface InputSlot {
  readonly key: string;
  readonly from: number | readonly number[];
}

/** The graph by number instead of by name: what a run goes by. */
export interface GraphIndex {
  /** In the graph's order. */
  readonly nodes: readonly GraphNode[];
  /** Numbers by name. */
  readonly byName: ReadonlyMap<string, number>;
  /** As of `turnsOf`, by what the tasks say themselves. */
  readonly turns: Turns;
}

/**
 * Numbers tasks: each after all it needs and comes after, else in the order they are given. Their names must differ.
 *
 * @throws {PipelineError} `UNKNOWN_TASK` when a task needs or comes after one that is not in the list, `CYCLE`.
 */
export function createGraphIndex(tasks: readonly Task[]): GraphIndex {
  const edges = findEdges(tasks);
  const order = sortByEdges(tasks, edges);
  const renumbered = new Int32Array(tasks.length);
  for (let index = 0; index < order.length; index += 1) renumbered[order[index] as number] = index;
  const renumber = (at: number) => renumbered[at] as number;
  const byName = new Map<string, number>();
  const nodes = order.map((at, index): GraphNode => {
    const task = tasks[at] as Task;
    const { needs, after, dependents, slots } = edges[at] as Edges;
    byName.set(task.name, index);
    return {
      task,
      name: task.name,
      when: task.when,
      cleanup: task.cleanup,
      isTimed: task.cleanup || task.timeoutMs !== undefined || task.totalTimeoutMs !== undefined,
      index,
      needs: needs.map(renumber),
      after: after.map(renumber),
      waitsFor: needs.length + after.length,
      dependents: dependents.map(renumber),
      slots: slots.map(({ key, from }) => ({
        key,
        from: typeof from === 'number' ? renumber(from) : from.map(renumber),
      })),
    };
  });
  return { nodes, byName, turns: turnsOf(nodes, () => undefined) };
}

/** The order in which tasks start when they are ready at the same time. */
export interface Turns {
  /** Turns by tasks' numbers. */
  readonly turnOf: Int32Array;
  /** Tasks' numbers by turns. */
  readonly taskAt: Int32Array;
}

/**
 * Who starts first: what cleans up, as what it gives back may cost money; then what begins the chain of tasks that is
 * expected to take longest; then as declared.
 *
 * @param expectedMs what is known better of a task than it says itself
 */
export function turnsOf(nodes: readonly GraphNode[], expectedMs: (name: string) => number | undefined): Turns {
  const ranks = ranksOf(nodes, ({ name, expectedMs: own }) => expectedMs(name) ?? own ?? EXPECTED_MS);
  const count = nodes.length;
  // One number of both, for sorting without a function: the lower, the sooner.
  const keys = Float64Array.from(ranks, (rank, index) => (HIGHEST_RANK - rank) * count + index).sort();
  const taskAt = Int32Array.from(keys, (key) => key % count);
  const turnOf = new Int32Array(count);
  taskAt.forEach((index, turn) => (turnOf[index] = turn));
  return { turnOf, taskAt };
}

const EXPECTED_MS = 1_000;

interface Edges extends Pick<GraphNode, 'needs' | 'after' | 'slots'> {
  readonly dependents: number[];
}

// Tasks are numbered as they are given here.
function findEdges(tasks: readonly Task[]): readonly Edges[] {
  const numbers = new Map<Task, number>();
  for (let at = 0; at < tasks.length; at += 1) numbers.set(tasks[at] as Task, at);
  const edges = tasks.map((task): Edges => {
    const numberOf = (other: Task): number => {
      const number = numbers.get(other);
      if (number === undefined) throw unknownTask(task, other);
      return number;
    };
    const slots: InputSlot[] = [];
    const needs: number[] = [];
    for (const key of Object.keys(task.needs)) {
      const need = task.needs[key] as Task | readonly Task[];
      const from = isList(need) ? need.map(numberOf) : numberOf(need);
      slots.push({ key, from });
      if (typeof from === 'number') needs.push(from);
      else for (const one of from) needs.push(one);
    }
    const needed = distinct(needs);
    const all = task.after.length === 0 ? needed : distinct([...needed, ...task.after.map(numberOf)]);
    return { needs: needed, after: all.slice(needed.length), dependents: [], slots };
  });
  edges.forEach(({ needs, after }, at) => {
    for (const one of needs) edges[one]?.dependents.push(at);
    for (const one of after) edges[one]?.dependents.push(at);
  });
  return edges;
}

// Kahn's algorithm; the given order decides among those that are free.
function sortByEdges(tasks: readonly Task[], edges: readonly Edges[]): readonly number[] {
  const waiting = Int32Array.from(edges, ({ needs, after }) => needs.length + after.length);
  const order: number[] = [];
  for (let at = 0; at < waiting.length; at += 1) if (waiting[at] === 0) order.push(at);
  for (let done = 0; done < order.length; done += 1) {
    for (const dependent of (edges[order[done] as number] as Edges).dependents) {
      const left = (waiting[dependent] as number) - 1;
      waiting[dependent] = left;
      if (left === 0) order.push(dependent);
    }
  }
  if (order.length < tasks.length) throw cycle(tasks, edges, waiting);
  return order;
}

function unknownTask({ name }: Task, other: Task): PipelineError {
  return new PipelineError('UNKNOWN_TASK', `"${name}" needs "${other.name}", which is not in the graph`, {
    hint: `Hand the very task "${other.name}" to createGraph too.`,
  });
}

// What waits has a predecessor that waits: going back from one to the next leads around.
function cycle(tasks: readonly Task[], edges: readonly Edges[], waiting: Int32Array): PipelineError {
  const seen: number[] = [];
  let at = waiting.findIndex((left) => left > 0);
  while (!seen.includes(at)) {
    seen.push(at);
    const { needs, after } = edges[at] as Edges;
    at = [...needs, ...after].find((one) => (waiting[one] as number) > 0) as number;
  }
  const names = seen.slice(seen.indexOf(at)).sort((one, other) => one - other);
  const list = names.map((one) => `"${tasks[one]?.name}"`).join(', ');
  return new PipelineError('CYCLE', `these tasks wait for each other: ${list}`, {
    hint: 'Take one of their needs away.',
  });
}

// Twelve days of milliseconds: what takes longer need not be told apart.
const HIGHEST_RANK = 2 ** 30 - 1;

// By number: the milliseconds that the longest chain of tasks which begins with one is expected to take.
function ranksOf(nodes: readonly GraphNode[], expectedMs: (task: Task) => number): Int32Array {
  const lengths = new Int32Array(nodes.length);
  const ranks = new Int32Array(nodes.length);
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    const { task, dependents } = nodes[index] as GraphNode;
    let longest = 0;
    for (const dependent of dependents) longest = Math.max(longest, lengths[dependent] as number);
    const length = Math.min(HIGHEST_RANK, longest + expectedMs(task));
    lengths[index] = length;
    ranks[index] = task.cleanup ? HIGHEST_RANK : length;
  }
  return ranks;
}

function isList(need: Task | readonly Task[]): need is readonly Task[] {
  return Array.isArray(need);
}

// Most lists are short, and of those most have no double.
function distinct(numbers: readonly number[]): readonly number[] {
  if (numbers.length > 8) return [...new Set(numbers)];
  for (let at = 1; at < numbers.length; at += 1) {
    if (numbers.indexOf(numbers[at] as number) < at) return [...new Set(numbers)];
  }
  return numbers;
}
