/**
 * A typed task graph: plan it, run it, journal it, resume it.
 *
 * ```ts
 * import { createGraph, defineTask, runGraph } from '@seatrial/pipeline';
 *
 * const build = defineTask({ name: 'build', run: async () => ({ image: 'app:1' }) });
 * const deploy = defineTask({
 *   name: 'deploy',
 *   needs: { build },
 *   run: async ({ inputs, log }) => log(`deploying ${inputs.build.image}`),
 * });
 * const { state } = await runGraph(createGraph([build, deploy])).result; // 'succeeded'
 * ```
 *
 * @module
 */
export { attemptsOf, type AttemptRecord } from './attempt-history.js';
export type { Clock } from './clock.js';
export { findCriticalPath } from './critical-path.js';
export { PipelineError, type PipelineErrorCode } from './errors.js';
export type { LogEvent, PipelineEvent, ProgressEvent, RunEvent, TaskEvent } from './event.js';
export { folderJournalFiles } from './folder-journal-files.js';
export { formatGraph, type GraphFormat } from './format-graph.js';
export { summarizeGroups, type GroupSummary } from './group-summary.js';
export { durationsOf, readRunReport, type RunReport } from './run-report.js';
export { createGraph, type Graph } from './graph.js';
export {
  createJournal,
  memoryJournalFiles,
  type Journal,
  type JournalFiles,
  type RunRecord,
  type TaskOutline,
  type TaskRecord,
} from './journal.js';
export type { Json } from './json.js';
export { expandMatrix, type MatrixAxes, type MatrixCell, type MatrixEntry, type MatrixOptions } from './matrix.js';
export { planRun, type PlannedTask, type PlanOptions } from './plan-run.js';
export {
  toTaskError,
  type CriticalPath,
  type RunResult,
  type TaskError,
  type TaskResult,
  type TaskState,
} from './result.js';
export { runGraph, type Run } from './run-graph.js';
export type { ExecutionOptions, RunOptions } from './run-options.js';
export { runStep, type Step, type StepOptions } from './run-step.js';
export { findSimilar } from './suggestion.js';
export { selectTasks, type Selection, type TaskChoice } from './selection.js';
export {
  defineTask,
  needsOf,
  type InputsOf,
  type Needs,
  type OutputOf,
  type Retries,
  type Task,
  type TaskContext,
  type TaskDefinition,
  type VerifyContext,
} from './task.js';
export type { When, WhenPredicate, WhenRule } from './when.js';
