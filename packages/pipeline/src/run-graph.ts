import type { Clock } from './clock.js';
import { machineClock } from './clock.js';
import { PipelineError } from './errors.js';
import type { PipelineEvent } from './event.js';
import type { Graph } from './graph.js';
import type { Journal } from './journal.js';
import type { Json } from './json.js';
import type { RunResult } from './result.js';
import { RunEngine } from './run-engine.js';
import type { Selection } from './selection.js';

/** For `runGraph`. */
export interface RunOptions {
  /** Where every change of state is made durable before it is acted upon. @default nowhere */
  readonly journal?: Journal;
  /** Which tasks to run. @default all */
  readonly selection?: Selection;
  /** Tasks running at once. @default no limit */
  readonly maxParallel?: number;
  /** Aborting cancels the run, with the signal's reason. */
  readonly signal?: AbortSignal;
  /** @default the machine's */
  readonly clock?: Clock;
  /** From 0 to below 1; spreads the pauses between attempts. @default Math.random */
  readonly random?: () => number;
  /** Budget of the run without its cleanup, in milliseconds. @default none */
  readonly timeoutMs?: number;
  /** Budget of each cleanup task, all its attempts, in milliseconds. @default 900_000 */
  readonly cleanupTimeoutMs?: number;
  /** How long a stopped task may take to end before it is given up, in milliseconds. @default 10_000 */
  readonly graceMs?: number;
  /** Called for each event, in order, nothing dropped. If it throws, the run is stopped with that error. */
  onEvent?(event: PipelineEvent): void;
  /** Whether to take over what the journal says is done; without it, a journal that holds a run is refused. @default false */
  readonly resume?: boolean;
  /** On resume: succeeded tasks to run again all the same. @default none */
  readonly redo?: readonly string[];
  /** Kept in `run.json` for the program's own use. @default what is there already */
  readonly meta?: Json;
}

/** A run that has begun. */
export interface Run {
  /** Bounded in memory: see `PipelineEvent` for what a slow consumer misses. */
  readonly events: AsyncIterable<PipelineEvent>;
  /**
   * Resolves when every task has ended, also when they failed or the run was cancelled.
   *
   * Rejects, before anything ran, with a `PipelineError`: `RUN_EXISTS`, `JOURNAL_FAILED`.
   */
  readonly result: Promise<RunResult>;
  /** Stops what runs, starts nothing more but cleanup. Later calls do nothing. */
  cancel(reason: Error): void;
}

/**
 * Runs a graph's tasks, each as soon as what it waits for has ended and a place is free; among those that are ready
 * the one with the longest chain of tasks behind it goes first.
 *
 * @throws {PipelineError} `INVALID_OPTION` before anything happens.
 */
export function runGraph(graph: Graph, options: RunOptions = {}): Run {
  const { maxParallel = Infinity, graceMs = 10_000, cleanupTimeoutMs = 15 * 60_000, timeoutMs, redo = [] } = options;
  if (!(maxParallel === Infinity || (Number.isInteger(maxParallel) && maxParallel >= 1))) {
    throw invalidOption('maxParallel', maxParallel, 'Give a whole number of tasks, 1 or more.');
  }
  for (const [name, value] of Object.entries({ graceMs, cleanupTimeoutMs, timeoutMs })) {
    if (value !== undefined && !(value >= 0)) throw invalidOption(name, value, 'Give milliseconds, 0 or more.');
  }
  const engine = new RunEngine(graph, {
    ...options,
    clock: options.clock ?? machineClock,
    random: options.random ?? Math.random,
    resume: options.resume ?? false,
    redo: new Set(redo),
    maxParallel,
    graceMs,
    cleanupTimeoutMs,
  });
  return { events: engine.events, result: engine.run(), cancel: (reason) => engine.cancel(reason) };
}

function invalidOption(name: string, value: number, hint: string): PipelineError {
  return new PipelineError('INVALID_OPTION', `${name} is ${value}`, { hint });
}
