import type { JobKind, JobRef, PullRef } from '../api.js';
import { DashboardError } from '../errors.js';

const BUILD_ID = /^\d{1,30}$/;

/** Whether a folder's name is a build id. */
export function isBuildId(name: string): boolean {
  return BUILD_ID.test(name);
}

/** Compares build ids as numbers. */
export function compareBuildIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Checks a path that came from outside: plain names with slashes between them, so that it stays below the results.
 *
 * @throws {DashboardError} `INVALID_REQUEST`.
 */
export function checkPath(path: string, what: string): string {
  const names = path.split('/');
  const isPlain =
    path.length <= 1_024 && !/[\0\r\n\\]/.test(path) && names.every((name) => !['', '.', '..'].includes(name));
  if (isPlain) return path;
  throw new DashboardError('INVALID_REQUEST', `not a path of ${what}: ${JSON.stringify(path.slice(0, 200))}`, {
    hint: 'Take it from the answer of another call.',
  });
}

/**
 * What the folder of a job says of it. Layouts: `logs/[GROUP/]JOB`, `pr-logs/directory/JOB`, `pr-logs/pull/batch/JOB`,
 * `pr-logs/pull/[REPO/]NUMBER/JOB`.
 *
 * @throws {DashboardError} `INVALID_REQUEST` for any other path.
 */
export function parseJobPath(path: string): JobRef {
  const parts = checkPath(path, 'a job').split('/');
  const kind = kindOf(parts);
  if (kind === undefined) {
    throw new DashboardError('INVALID_REQUEST', `no job is kept at ${JSON.stringify(path)}`, {
      hint: 'Give a folder such as logs/JOB or pr-logs/directory/JOB.',
    });
  }
  return { job: path, name: parts.at(-1) ?? '', kind };
}

function kindOf(parts: readonly string[]): JobKind | undefined {
  const [top, second, third] = parts;
  if (top === 'logs' && (parts.length === 2 || parts.length === 3)) return 'logs';
  if (top !== 'pr-logs') return undefined;
  if (second === 'directory' && parts.length === 3) return 'presubmit';
  if (second !== 'pull') return undefined;
  if (third === 'batch') return parts.length === 4 ? 'batch' : undefined;
  const number = parts.at(-2) ?? '';
  return (parts.length === 4 || parts.length === 5) && /^\d+$/.test(number) ? 'pull' : undefined;
}

/** A run's folder, taken apart. */
export interface RunPath {
  readonly run: string;
  readonly buildId: string;
  /** Of `pr-logs/pull/REPO/NUMBER/JOB/BUILD`. */
  readonly pull?: number;
  /** The job whose history has the run. */
  readonly jobRef: JobRef;
}

/** @throws {DashboardError} `INVALID_REQUEST` for what is not the folder of a run. */
export function parseRunPath(path: string): RunPath {
  const parts = checkPath(path, 'a run').split('/');
  const buildId = parts.at(-1) ?? '';
  if (!isBuildId(buildId)) {
    throw new DashboardError('INVALID_REQUEST', `no run is kept at ${JSON.stringify(path)}`, {
      hint: 'A run is the folder that started.json is in; its name is a build id.',
    });
  }
  const folder = parseJobPath(parts.slice(0, -1).join('/'));
  if (folder.kind !== 'pull') return { run: path, buildId, jobRef: folder };
  const job = `pr-logs/directory/${folder.name}`;
  return { run: path, buildId, pull: Number(parts.at(-3)), jobRef: { job, name: folder.name, kind: 'presubmit' } };
}

/** @throws {DashboardError} `INVALID_REQUEST` for what is not `pr-logs/pull/[REPO/]NUMBER`. */
export function parsePullPath(path: string): PullRef {
  const [top, second, ...rest] = checkPath(path, 'a pull request').split('/');
  const number = rest.at(-1) ?? '';
  if (top !== 'pr-logs' || second !== 'pull' || rest.length > 2 || !/^\d+$/.test(number)) {
    throw new DashboardError('INVALID_REQUEST', `no pull request is kept at ${JSON.stringify(path)}`, {
      hint: 'Give a folder such as pr-logs/pull/ORG_REPO/NUMBER.',
    });
  }
  return { pull: path, number: Number(number), repo: rest.length === 2 ? (rest[0] ?? '') : '' };
}
