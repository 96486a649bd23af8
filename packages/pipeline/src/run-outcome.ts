import { traceCriticalPath } from './critical-path.js';
import { PipelineError } from './errors.js';
import type { RunResult } from './result.js';
import { toTaskError } from './result.js';
import type { RunLedger } from './run-ledger.js';
import type { RunNode } from './run-node.js';

/** How a run went: `failed` if time or journal stopped it, `aborted` if something else did, else as its tasks did. */
export function runStateOf(nodes: readonly RunNode[], reason: Error | undefined): RunResult['state'] {
  if (reason instanceof PipelineError && ['RUN_TIMEOUT', 'JOURNAL_FAILED'].includes(reason.code)) return 'failed';
  if (reason !== undefined) return 'aborted';
  return nodes.some(({ state }) => state === 'failed' || state === 'aborted') ? 'failed' : 'succeeded';
}

/** For `runResultOf`. */
export interface RunEnd {
  readonly startedMs: number;
  readonly endedMs: number;
  /** What stopped the run, if something did. */
  readonly reason: Error | undefined;
}

/** What became of a run whose nodes have all ended. */
export function runResultOf(ledger: RunLedger, { startedMs, endedMs, reason }: RunEnd): RunResult {
  const { nodes, results } = ledger;
  return {
    state: runStateOf(nodes, reason),
    startedMs,
    endedMs,
    durationMs: endedMs - startedMs,
    tasks: results,
    criticalPath: traceCriticalPath(nodes.keys(), {
      endedMsOf: (index) => ledger.nodeAt(index).endedMs,
      resultOf: (index) => results[ledger.nodeAt(index).name],
      beforeOf(index) {
        const { needs, after } = ledger.nodeAt(index).place;
        return after.length === 0 ? needs : [...needs, ...after];
      },
    }),
    ...(reason === undefined ? {} : { error: toTaskError(reason) }),
  };
}
