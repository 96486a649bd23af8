import { findCriticalPath } from './critical-path.js';
import { PipelineError } from './errors.js';
import type { Graph } from './graph.js';
import { outlineOf } from './outline.js';
import type { RunResult, TaskResult } from './result.js';
import { toTaskError } from './result.js';

/** How a run went: `failed` if time or journal stopped it, `aborted` if something else did, else as its tasks did. */
export function runStateOf(
  results: Readonly<Record<string, TaskResult>>,
  reason: Error | undefined,
): RunResult['state'] {
  if (reason instanceof PipelineError && ['RUN_TIMEOUT', 'JOURNAL_FAILED'].includes(reason.code)) return 'failed';
  if (reason !== undefined) return 'aborted';
  const hasFailed = Object.values(results).some(({ state }) => state === 'failed' || state === 'aborted');
  return hasFailed ? 'failed' : 'succeeded';
}

/** For `runResultOf`. */
export interface RunEnd {
  readonly startedMs: number;
  readonly endedMs: number;
  /** What stopped the run, if something did. */
  readonly reason: Error | undefined;
  /** Of every task of the graph. */
  readonly results: Readonly<Record<string, TaskResult>>;
}

/** What became of a run. */
export function runResultOf(graph: Graph, { startedMs, endedMs, reason, results }: RunEnd): RunResult {
  return {
    state: runStateOf(results, reason),
    startedMs,
    endedMs,
    durationMs: endedMs - startedMs,
    tasks: results,
    criticalPath: findCriticalPath(outlineOf(graph), results),
    ...(reason === undefined ? {} : { error: toTaskError(reason) }),
  };
}
