import type { Finished } from '../finished.js';
import type { Started } from '../started.js';
import type { Cell } from './cell.js';
import { isFailing } from './cell.js';

/** `finished.json` as it was read: any field may be missing, and older writers have other words in `result`. */
export type ReadFinished = Omit<Partial<Finished>, 'result'> & {
  readonly result?: string;
  readonly 'job-version'?: string;
  readonly 'repo-version'?: string;
};
/** `started.json` as it was read. */
export type ReadStarted = Partial<Started> & { readonly 'job-version'?: string };

/** What TestGrid and Deck know of a run. */
export interface RunFiles {
  readonly started?: ReadStarted | undefined;
  readonly finished?: ReadFinished | undefined;
  /** Names of files that are empty or could not be parsed. */
  readonly malformed?: readonly string[];
}

const daySeconds = 24 * 60 * 60;

/**
 * TestGrid's own cell of a run, before its tests are looked at: these never make it fail.
 *
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/pkg/updater/gcs.go
 */
export function testgridOverall(run: RunFiles, options: { readonly nowMs: number }): Cell {
  const { started, finished, malformed = [] } = run;
  const startedAt = started?.timestamp ?? 0;
  const endedAt = finished?.timestamp;
  if (malformed.length > 0) return { result: 'FAIL', icon: 'E', message: `malformed: ${malformed.join(', ')}` };
  if (endedAt !== undefined && endedAt > 0) {
    const metrics = { 'test-duration-minutes': (endedAt - startedAt) / 60 };
    return { ...ended(finished ?? {}), metrics };
  }
  // A time of 0 that was written is a time long ago, not a missing one.
  if (endedAt !== undefined || options.nowMs / 1_000 > startedAt + daySeconds) {
    return { result: 'FAIL', icon: 'T', message: 'did not complete within 24 hours' };
  }
  return { result: 'RUNNING', icon: 'R', message: 'still running' };
}

function ended({ passed, result = '' }: ReadFinished): Cell {
  if (passed !== undefined) return { result: passed ? 'PASS' : 'FAIL', icon: '', message: '' };
  if (result === '') return { result: 'FAIL', icon: '', message: '' };
  const isSuccess = result === 'SUCCESS';
  const message = `"passed" is missing, taken for ${isSuccess} by "result"`;
  return { result: isSuccess ? 'PASS' : 'FAIL', icon: 'E', message };
}

/** The same once the tests are known: a run that failed though none of them did is marked so. */
export function explainOverall(overall: Cell, rows: Iterable<Cell>): Cell {
  if (overall.result !== 'FAIL' || overall.message !== '' || [...rows].some(isFailing)) return overall;
  return { ...overall, icon: 'F', message: 'failed outside of test results' };
}
