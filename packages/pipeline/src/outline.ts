import type { Graph } from './graph.js';
import type { TaskOutline } from './journal.js';
import type { Selection } from './selection.js';
import { needsOf } from './task.js';

/** A graph as data, in its order. */
export function outlineOf(graph: Graph, selection?: Selection): readonly TaskOutline[] {
  return graph.order.map(({ name, needs, after, when, cleanup, group, summary }) => ({
    name,
    needs: [...new Set(needsOf({ needs }).map((need) => need.name))],
    after: after.map((other) => other.name),
    when: typeof when === 'string' ? when : 'predicate',
    cleanup,
    ...(group === undefined ? {} : { group }),
    ...(summary === undefined ? {} : { summary }),
    selected: selection === undefined || selection.names.has(name),
  }));
}
