import type { Cell } from './cell.js';
import type { ReadFinished, ReadStarted, RunFiles } from './testgrid-overall.js';

const versionLength = 9;

/**
 * What TestGrid shows as a run's `Commit`: 9 characters, or `missing`. `finished.revision` is not looked at.
 *
 * @see https://github.com/GoogleCloudPlatform/testgrid/blob/main/metadata/job.go
 */
export function testgridVersion(started: ReadStarted = {}, finished: ReadFinished = {}): string {
  const metadata = (key: string) => {
    const value = finished.metadata?.[key];
    return typeof value === 'string' ? value : ''; // others make TestGrid crash
  };
  const version = [
    finished['job-version'],
    started['job-version'],
    started['repo-version'],
    finished['repo-version'],
    ...['revision', 'repo-commit', 'job-version'].map(metadata),
    started['repo-commit'],
  ].find((candidate) => candidate !== undefined && candidate !== '');
  return version === undefined ? 'missing' : version.slice(version.indexOf('+') + 1).slice(0, versionLength);
}

/** Value of a column header: metadata of that name, for `Commit` else the version. */
export function testgridHeader(header: string, { started, finished }: RunFiles, overall: Pick<Cell, 'result'>): string {
  const value = finished?.metadata?.[header];
  if (typeof value === 'string') return value;
  const version = testgridVersion(started, finished);
  if (header === 'Commit' && version !== 'missing') return version;
  return overall.result === 'RUNNING' ? '' : 'missing';
}

/** Whether, and how, TestGrid gives a run a column. */
export type ColumnState =
  /** A column with everything in it. */
  | 'shown'
  /** One running cell: started.json is missing or has no time. */
  | 'placeholder'
  /** Older than the group's days of results. */
  | 'too-old'
  /** A file could not be decoded: one cell, TOOL_FAIL. */
  | 'undecodable';

/** Default of a group's `days_of_results`, in days. */
export const defaultDaysOfResults = 7;

/** Column of a run that TestGrid lists. `started` is `undefined` when the file is missing, `'undecodable'` when it is wrong. */
export function testgridColumn(
  started: ReadStarted | 'undecodable' | undefined,
  options: {
    readonly nowMs: number;
    /** @default 7 */
    readonly daysOfResults?: number;
  },
): ColumnState {
  const { nowMs, daysOfResults = defaultDaysOfResults } = options;
  if (started === 'undecodable') return 'undecodable';
  if (!started?.timestamp) return 'placeholder';
  return started.timestamp >= nowMs / 1_000 - daysOfResults * 24 * 60 * 60 ? 'shown' : 'too-old';
}
