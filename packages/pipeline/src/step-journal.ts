import { PipelineError } from './errors.js';
import type { Graph } from './graph.js';
import { indexOf } from './graph.js';
import type { GraphNode } from './graph-index.js';
import type { Journal } from './journal.js';
import type { Json } from './json.js';
import type { RunJournal } from './run-journal.js';
import { failing } from './run-journal.js';
import { findSimilar } from './suggestion.js';
import type { DoneRecord, Takeover } from './takeover.js';
import { earlierAttempts, readRecords } from './takeover.js';

/**
 * A journal for one task of a run whose other tasks have their own: it reads what these have left there, writes the
 * records of the one, and leaves `run.json` alone.
 *
 * `outputs` stand in for those of other tasks. Opening it throws `INPUT_MISSING` when the task needs an output that
 * is neither there nor in the journal.
 */
export function createStepJournal(
  graph: Graph,
  journal: Journal | undefined,
  options: { readonly name: string; readonly outputs: Readonly<Record<string, Json>> },
): RunJournal {
  const { name } = options;
  const node = nodeOf(graph, name);
  const reading = async (): Promise<Takeover> => {
    const found = journal === undefined ? undefined : await failing(() => readRecords(graph, journal));
    const done = new Map<string, DoneRecord>();
    for (const [other, record] of found?.records ?? []) {
      const hasEnded = record.state !== 'running' && record.state !== 'pending';
      if (other !== name && hasEnded) done.set(other, record as DoneRecord);
    }
    for (const [other, output] of Object.entries(options.outputs)) {
      const { cleanup } = nodeOf(graph, other).task;
      done.set(other, { version: 1, name: other, state: 'succeeded', attempts: 0, durationMs: 0, cleanup, output });
    }
    checkInputs(graph, node, done);
    const own = found?.records.get(name)?.state;
    const interrupted = new Set(own === 'running' || own === 'aborted' ? [name] : []);
    const attempts = earlierAttempts(found?.records ?? new Map(), done);
    return { done, interrupted, checkpoints: found?.checkpoints ?? new Map(), attempts };
  };
  return {
    open: reading,
    ...(journal === undefined
      ? {}
      : { record: (result) => failing(() => journal.writeTask({ version: 1, ...result })) }),
    checkpoint: (task, value) =>
      journal === undefined ? Promise.resolve() : failing(() => journal.writeCheckpoint(task, value)),
    close: () => Promise.resolve(),
  };
}

function nodeOf(graph: Graph, name: string): GraphNode {
  const { nodes, byName } = indexOf(graph);
  const node = nodes[byName.get(name) ?? -1];
  if (node !== undefined) return node;
  const similar = findSimilar(name, [...byName.keys()]);
  throw new PipelineError('UNKNOWN_TASK', `there is no task ${JSON.stringify(name)}`, {
    hint:
      similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : `Choose from ${[...byName.keys()].join(', ')}.`,
  });
}

// Other rules than `all_success` leave a task to cope with inputs that are not there.
function checkInputs(graph: Graph, { task, needs }: GraphNode, done: ReadonlyMap<string, DoneRecord>): void {
  if (task.when !== 'all_success') return;
  const names = needs.map((index) => (indexOf(graph).nodes[index] as GraphNode).task.name);
  const missing = names.filter((name) => done.get(name)?.state !== 'succeeded');
  const [first] = missing;
  if (first === undefined) return;
  const state = done.get(first)?.state;
  throw new PipelineError(
    'INPUT_MISSING',
    `"${task.name}" needs ${missing.map((name) => `"${name}"`).join(', ')}: ` +
      (state === undefined
        ? 'the journal has no output of it'
        : `the journal says it ${state === 'failed' ? 'failed' : `was ${state}`}`),
    { hint: `Run ${first} first, or hand in its output.` },
  );
}
