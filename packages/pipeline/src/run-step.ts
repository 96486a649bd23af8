import type { Graph } from './graph.js';
import type { Journal } from './journal.js';
import type { Json } from './json.js';
import type { TaskResult } from './result.js';
import { RunEngine } from './run-engine.js';
import type { Run } from './run-graph.js';
import type { ExecutionOptions } from './run-options.js';
import { toEngineOptions } from './run-options.js';
import { createStepJournal } from './step-journal.js';

/** For `runStep`. */
export interface StepOptions extends ExecutionOptions {
  /** The run it is a step of: its inputs are read there, its state is written there. @default it is in no run */
  readonly journal?: Journal;
  /** Outputs of other tasks by name, instead of those in the journal. @default none */
  readonly outputs?: Readonly<Record<string, Json>>;
}

/** A step that has begun. */
export interface Step extends Pick<Run, 'events' | 'cancel'> {
  /**
   * What became of the task.
   *
   * Rejects, before anything ran, with a `PipelineError`: `INPUT_MISSING`, `JOURNAL_FAILED`.
   */
  readonly result: Promise<TaskResult>;
}

/**
 * Runs one task of a graph, whatever its `when` says and even if it has succeeded before: by hand, or as a process of
 * its own on behalf of an engine that runs each task so. Cleanup of other tasks does not follow.
 *
 * Only the task's own records in the journal are written, `run.json` is not: steps may run side by side.
 *
 * @throws {PipelineError} `UNKNOWN_TASK`, `INVALID_OPTION` before anything happens.
 */
export function runStep(graph: Graph, name: string, options: StepOptions = {}): Step {
  const { journal, outputs = {} } = options;
  const own = createStepJournal(graph, journal, { name, outputs });
  const engine = new RunEngine(
    graph,
    toEngineOptions(
      graph,
      { ...options, selection: { names: new Set([name]) }, resume: true },
      { step: name, createJournal: () => own },
    ),
  );
  const result = engine.run().then(({ tasks }) => tasks[name] as TaskResult);
  return { events: engine.events, result, cancel: (reason) => engine.cancel(reason) };
}
