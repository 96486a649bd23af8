import { PipelineError } from './errors.js';
import type { Graph } from './graph.js';
import { findSimilar } from './suggestion.js';

/** Which tasks of a graph are to run. */
export interface Selection {
  readonly names: ReadonlySet<string>;
}

/**
 * Chooses tasks by name. Cleanup tasks stay chosen unless they are named in `skip`.
 *
 * A task that is left out does not hold back those that only come after it; those that need it are skipped.
 *
 * @throws {PipelineError} `UNKNOWN_TASK` for names that are not in the graph.
 */
export function selectTasks(
  graph: Graph,
  choice: { readonly only?: readonly string[]; readonly skip?: readonly string[] },
): Selection {
  const { only, skip = [] } = choice;
  for (const name of [...(only ?? []), ...skip]) checkName(graph, name);
  const chosen = graph.tasks.filter(
    ({ name, cleanup }) => (only === undefined || only.includes(name) || cleanup) && !skip.includes(name),
  );
  return { names: new Set(chosen.map(({ name }) => name)) };
}

function checkName(graph: Graph, name: string): void {
  if (graph.find(name) !== undefined) return;
  const known = graph.tasks.map((task) => task.name);
  const similar = findSimilar(name, known);
  throw new PipelineError('UNKNOWN_TASK', `there is no task ${JSON.stringify(name)}`, {
    hint: similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : `Choose from ${known.join(', ')}.`,
  });
}
