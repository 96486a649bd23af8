import { checkTask } from './check-task.js';
import { PipelineError } from './errors.js';
import type { GraphIndex } from './graph-index.js';
import { createGraphIndex } from './graph-index.js';
import type { Task } from './task.js';

/** Tasks that fit together. Made by `createGraph`, and by nothing else; nothing has run yet. */
export interface Graph {
  /** In the order they were declared. */
  readonly tasks: readonly Task[];
  /** Each after all it needs and comes after, else in the order they were declared. */
  readonly order: readonly Task[];
  /** `undefined` when there is no task of that name. */
  find(name: string): Task | undefined;
}

/**
 * Checks that tasks make a graph.
 *
 * @throws {PipelineError} `INVALID_NAME`, `DUPLICATE_TASK`, `UNKNOWN_TASK` when a task needs or comes after one that
 * is not in the list, `CYCLE`, `INVALID_OPTION` for a time or count that cannot be.
 */
export function createGraph(tasks: readonly Task[]): Graph {
  const byName = new Map<string, Task>();
  for (const task of tasks) {
    checkTask(task);
    if (byName.has(task.name)) {
      throw new PipelineError('DUPLICATE_TASK', `two tasks are named "${task.name}"`, {
        hint: 'Give each task its own name.',
      });
    }
    byName.set(task.name, task);
  }
  const index = createGraphIndex(tasks);
  const graph: IndexedGraph = {
    tasks: [...tasks],
    order: index.nodes.map(({ task }) => task),
    index,
    find: (name) => byName.get(name),
  };
  return graph;
}

/** The numbers of a graph's tasks, which `createGraph` has given. */
export function indexOf(graph: Graph): GraphIndex {
  return (graph as IndexedGraph).index;
}

interface IndexedGraph extends Graph {
  readonly index: GraphIndex;
}
