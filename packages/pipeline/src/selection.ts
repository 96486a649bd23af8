import { PipelineError } from './errors.js';
import type { Graph } from './graph.js';
import { indexOf } from './graph.js';
import type { GraphNode } from './graph-index.js';
import { findSimilar } from './suggestion.js';

/** Which tasks of a graph are to run. */
export interface Selection {
  readonly names: ReadonlySet<string>;
  /** Tasks that run again on resume although they have succeeded. */
  readonly redo?: ReadonlySet<string>;
}

/** For `selectTasks`: names of tasks or of groups, or patterns with `*` for any characters, as `test-*`. */
export interface TaskChoice {
  /** These. @default all */
  readonly only?: readonly string[];
  /** These and all that follows from them; on resume they run again even if they have succeeded. @default all */
  readonly from?: readonly string[];
  /** Not these. @default none */
  readonly skip?: readonly string[];
}

/**
 * Chooses tasks. Cleanup tasks stay chosen unless they are named in `skip`.
 *
 * A task that is left out does not hold back those that only come after it; those that need it are skipped, unless the
 * run is resumed and its output is in the journal.
 *
 * @throws {PipelineError} `UNKNOWN_TASK` for what matches nothing in the graph, `INVALID_OPTION` for both `only` and
 * `from`.
 */
export function selectTasks(graph: Graph, choice: TaskChoice): Selection {
  const { only, from, skip = [] } = choice;
  if (only !== undefined && from !== undefined) {
    throw new PipelineError(
      'INVALID_OPTION',
      `both only (${only.join(', ')}) and from (${from.join(', ')}) are given`,
      {
        hint: 'Choose single tasks with only, or a task and what follows with from.',
      },
    );
  }
  const left = findTasks(graph, skip);
  const redo = from === undefined ? undefined : withDependents(graph, findTasks(graph, from));
  const chosen = redo ?? (only === undefined ? undefined : findTasks(graph, only));
  const names = graph.tasks
    .filter(({ name, cleanup }) => (chosen === undefined || chosen.has(name) || cleanup) && !left.has(name))
    .map(({ name }) => name);
  return { names: new Set(names), ...(redo === undefined ? {} : { redo }) };
}

function findTasks(graph: Graph, wanted: readonly string[]): ReadonlySet<string> {
  return new Set(wanted.flatMap((name) => namesOf(graph, name)));
}

function namesOf(graph: Graph, wanted: string): readonly string[] {
  if (graph.find(wanted) !== undefined) return [wanted];
  const pattern = wanted.includes('*') ? toPattern(wanted) : undefined;
  const found = graph.tasks.filter(({ name, group }) => group === wanted || pattern?.test(name));
  if (found.length > 0) return found.map(({ name }) => name);
  const groups = new Set(graph.tasks.flatMap(({ group }) => group ?? []));
  const known = [...graph.tasks.map(({ name }) => name), ...groups];
  const similar = findSimilar(wanted, known);
  throw new PipelineError('UNKNOWN_TASK', `there is no task ${JSON.stringify(wanted)}`, {
    hint: similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : `Choose from ${known.join(', ')}.`,
  });
}

function toPattern(wanted: string): RegExp {
  const parts = wanted.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}

function withDependents(graph: Graph, names: ReadonlySet<string>): ReadonlySet<string> {
  const { nodes, byName } = indexOf(graph);
  const found = new Set([...names].map((name) => byName.get(name) as number));
  // A set is walked in the order it grows.
  for (const index of found) for (const dependent of (nodes[index] as GraphNode).dependents) found.add(dependent);
  return new Set([...found].map((index) => (nodes[index] as GraphNode).task.name));
}
