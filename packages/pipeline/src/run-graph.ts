import type { PipelineEvent } from './event.js';
import type { Graph } from './graph.js';
import type { RunResult } from './result.js';
import { RunEngine } from './run-engine.js';
import { createRunJournal } from './run-journal.js';
import type { RunOptions } from './run-options.js';
import { toEngineOptions } from './run-options.js';

/** A run that has begun. */
export interface Run {
  /**
   * What happens from when it is asked for; who asks late first gets the last state of each task. Bounded in memory:
   * see `createEventStream` for what a slow consumer misses.
   */
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
 * cleanup goes first, then the one with the longest way behind it.
 *
 * @throws {PipelineError} `INVALID_OPTION` before anything happens.
 */
export function runGraph(graph: Graph, options: RunOptions = {}): Run {
  const { journal, selection, resume = false, meta } = options;
  const redo = new Set([...(selection?.redo ?? []), ...(options.redo ?? [])]);
  const engine = new RunEngine(
    graph,
    toEngineOptions(graph, options, {
      createJournal: (verify) => createRunJournal(graph, journal, { selection, resume, meta, redo, verify }),
    }),
  );
  return { events: engine.events, result: engine.run(), cancel: (reason) => engine.cancel(reason) };
}
