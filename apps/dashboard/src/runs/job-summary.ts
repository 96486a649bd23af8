import type { JobAnswer, JobRef, PullAnswer, PullRef, RunHead } from '../api.js';
import type { Builds } from '../results/builds.js';
import { foldersBelow } from '../results/find-jobs.js';
import type { Results } from '../results/results.js';
import { parseJobPath } from '../results/run-path.js';
import type { RunHeads } from './run-heads.js';

/** Reads the newest runs of a job: its listing, and two requests for each run that is not kept. */
export async function readJob(
  { builds, heads }: { readonly builds: Builds; readonly heads: RunHeads },
  job: JobRef,
  options: { readonly count: number; readonly before?: string },
): Promise<JobAnswer> {
  const { builds: newest, more } = await builds.newest(job, options);
  const runs = await Promise.all(newest.map(async ({ run }) => (await heads.read(run)).head));
  return { ...job, runs, ...numbersOf(runs), more };
}

/** Most jobs of a pull request that are read. */
const MAX_JOBS = 100;

/** Reads the jobs of a pull request, each with its newest runs. */
export async function readPull(
  deps: { readonly results: Results; readonly builds: Builds; readonly heads: RunHeads },
  pull: PullRef,
  options: { readonly count: number },
): Promise<PullAnswer> {
  const folders = await foldersBelow(deps.results, `${pull.pull}/`);
  const jobs = folders.slice(0, MAX_JOBS).map((folder) => readJob(deps, parseJobPath(folder), options));
  return { ...pull, jobs: await Promise.all(jobs) };
}

/** Pass rate and median duration. Only runs that passed or failed count for the one, only those that passed for the other. */
export function numbersOf(runs: readonly RunHead[]): { passRate?: number; medianMs?: number } {
  const passed = runs.filter(({ state }) => state === 'passed');
  const judged = passed.length + runs.filter(({ state }) => state === 'failed').length;
  const medianMs = median(
    passed.flatMap(({ startedMs, endedMs }) =>
      startedMs === undefined || endedMs === undefined ? [] : [endedMs - startedMs],
    ),
  );
  return {
    ...(judged === 0 ? {} : { passRate: passed.length / judged }),
    ...(medianMs === undefined ? {} : { medianMs }),
  };
}

function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined || sorted.length % 2 === 1) return upper;
  return ((sorted[middle - 1] ?? upper) + upper) / 2;
}
