import type { Clock } from './clock.js';
import { machineClock } from './clock.js';
import { PipelineError } from './errors.js';
import type { PipelineEvent } from './event.js';
import type { Graph } from './graph.js';
import type { Journal } from './journal.js';
import type { Json } from './json.js';
import type { EngineOptions } from './run-engine.js';
import type { Selection } from './selection.js';
import { findSimilar } from './suggestion.js';

/** How anything runs, be it a graph or one task. */
export interface ExecutionOptions {
  /** Aborting cancels the run, with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Aborting gives the run up because it is another's now: what runs is aborted, cleanup included, nothing starts any more,
   * and nothing is written to the journal. The run ends as `aborted`, with the signal's reason.
   */
  readonly abandonSignal?: AbortSignal;
  /** @default the machine's */
  readonly clock?: Clock;
  /** From 0 to below 1; spreads the pauses between attempts. @default Math.random */
  readonly random?: () => number;
  /** Budget of the run without its cleanup, in milliseconds. @default none */
  readonly timeoutMs?: number;
  /** Budget of each cleanup task that has no `totalTimeoutMs`, all its attempts, in milliseconds. @default 900_000 */
  readonly cleanupTimeoutMs?: number;
  /** How long a stopped task may take to end before it is given up, in milliseconds. @default 10_000 */
  readonly graceMs?: number;
  /** Called for each event, in order, nothing dropped. If it throws, the run is stopped with that error. */
  onEvent?(event: PipelineEvent): void;
}

/** For `runGraph`. */
export interface RunOptions extends ExecutionOptions {
  /** Where every change of state is made durable before it is acted upon. @default nowhere */
  readonly journal?: Journal;
  /** Which tasks to run. @default all */
  readonly selection?: Selection;
  /** Tasks running at once. @default no limit */
  readonly maxParallel?: number;
  /** Units to be had at once of the resources that tasks use. @default no limit to those that are not named */
  readonly resources?: Readonly<Record<string, number>>;
  /** How long a task is expected to take, in milliseconds, where it is known: see `durationsOf`. @default `expectedMs` of the task */
  expectedMs?(name: string): number | undefined;
  /** Whether to take over what the journal says is done; without it, a journal that holds a run is refused. @default false */
  readonly resume?: boolean;
  /** On resume: succeeded tasks to run again all the same. @default those the selection says */
  readonly redo?: readonly string[];
  /** Kept in `run.json` for the program's own use. @default what is there already */
  readonly meta?: Json;
}

/**
 * Fills in the defaults.
 *
 * @throws {PipelineError} `INVALID_OPTION`.
 */
export function toEngineOptions(
  graph: Graph,
  options: RunOptions,
  rest: Pick<EngineOptions, 'createJournal' | 'step'>,
): EngineOptions {
  const {
    maxParallel = Infinity,
    graceMs = 10_000,
    cleanupTimeoutMs = 15 * 60_000,
    timeoutMs,
    resources = {},
  } = options;
  if (!(maxParallel === Infinity || isCount(maxParallel))) {
    throw invalidOption('maxParallel', maxParallel, 'Give a whole number of tasks, 1 or more.');
  }
  for (const [name, value] of Object.entries({ graceMs, cleanupTimeoutMs, timeoutMs })) {
    if (value !== undefined && !(value >= 0)) throw invalidOption(name, value, 'Give milliseconds, 0 or more.');
  }
  checkResources(graph, resources);
  return {
    clock: options.clock ?? machineClock,
    random: options.random ?? Math.random,
    signal: options.signal,
    abandonSignal: options.abandonSignal,
    selection: options.selection,
    resume: options.resume ?? false,
    onEvent: options.onEvent?.bind(options),
    expectedMs: options.expectedMs?.bind(options),
    maxParallel,
    resources,
    timeoutMs,
    graceMs,
    cleanupTimeoutMs,
    ...rest,
  };
}

function checkResources(graph: Graph, resources: Readonly<Record<string, number>>): void {
  const entries = Object.entries(resources);
  if (entries.length === 0) return;
  const used = new Set(graph.tasks.flatMap(({ uses }) => Object.keys(uses)));
  for (const [name, units] of entries) {
    if (!isCount(units)) throw invalidOption(`resources.${name}`, units, 'Give a whole number of units, 1 or more.');
    if (!used.has(name)) throw unusedResource(name, [...used]);
  }
  for (const { name, uses } of graph.tasks) {
    for (const [resource, units] of Object.entries(uses)) {
      const limit = resources[resource] ?? Infinity;
      if (units <= limit) continue;
      throw new PipelineError('INVALID_OPTION', `"${name}" uses ${units} of ${resource}, of which there are ${limit}`, {
        hint: 'Raise the limit, or let the task use less.',
      });
    }
  }
}

function unusedResource(name: string, used: readonly string[]): PipelineError {
  const similar = findSimilar(name, used);
  const hint =
    similar.length > 0 ? `Did you mean ${similar.join(' or ')}?` : 'Name resources that tasks have in `uses`.';
  return new PipelineError('INVALID_OPTION', `resources.${name}: no task uses it`, { hint });
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}

function invalidOption(name: string, value: number, hint: string): PipelineError {
  return new PipelineError('INVALID_OPTION', `${name} is ${value}`, { hint });
}
