import type { JobRef, PullRef } from '../api.js';
import type { ResultEntry, Results } from './results.js';
import { isBuildId, parseJobPath, parsePullPath } from './run-path.js';

/** Folders below `logs/` that are looked into to tell jobs from groups of jobs. */
const MAX_JOBS = 2_000;

/**
 * Finds the jobs there are: one listing each of `logs/`, `pr-logs/directory/` and `pr-logs/pull/batch/`, and one of a few
 * entries for each folder below `logs/`, which may be a job or a group (`logs/ORG_REPO/JOB`).
 */
export async function findJobs(results: Results): Promise<readonly JobRef[]> {
  const [logs, presubmits, batches] = await Promise.all(
    ['logs/', 'pr-logs/directory/', 'pr-logs/pull/batch/'].map((prefix) => foldersBelow(results, prefix)),
  );
  const single = await Promise.all((logs ?? []).slice(0, MAX_JOBS).map((folder) => jobsOfFolder(results, folder)));
  return [...single.flat(), ...[...(presubmits ?? []), ...(batches ?? [])].map(parseJobPath)];
}

async function jobsOfFolder(results: Results, folder: string): Promise<readonly JobRef[]> {
  // Build ids sort before names, and so does a job's first build before everything else in its folder.
  const [first] = (await results.listLevel(`${folder}/`, { max: 4 })).filter(isFolder).map(nameOf);
  if (first === undefined) return [];
  if (isBuildId(first)) return [parseJobPath(folder)];
  return (await foldersBelow(results, `${folder}/`)).map(parseJobPath);
}

/** Repositories whose pull requests are listed, and pull requests of each. */
const [MAX_REPOS, MAX_PULLS] = [50, 200];

/** Finds pull requests that have runs, highest numbers first: one listing, and one for each repository. */
export async function findPulls(results: Results): Promise<{ pulls: readonly PullRef[]; more: boolean }> {
  const top = (await foldersBelow(results, 'pr-logs/pull/')).filter((path) => !path.endsWith('/batch'));
  const isNumber = (path: string): boolean => /\/\d+$/.test(path);
  const repos = top.filter((path) => !isNumber(path));
  const nested = await Promise.all(repos.slice(0, MAX_REPOS).map((path) => foldersBelow(results, `${path}/`)));
  const groups = [top.filter(isNumber), ...nested.map((paths) => paths.filter(isNumber))].map((paths) =>
    paths.map(parsePullPath).sort((a, b) => b.number - a.number),
  );
  return {
    pulls: groups.flatMap((group) => group.slice(0, MAX_PULLS)),
    more: repos.length > MAX_REPOS || groups.some((group) => group.length > MAX_PULLS),
  };
}

/** Paths of the folders directly below, without their slash. */
export async function foldersBelow(results: Results, prefix: string): Promise<readonly string[]> {
  return (await results.listLevel(prefix)).filter(isFolder).map(({ path }) => path.replace(/\/$/, ''));
}

function isFolder(entry: ResultEntry): boolean {
  return entry.kind === 'folder';
}

function nameOf({ path }: ResultEntry): string {
  return path.replace(/\/$/, '').split('/').at(-1) ?? '';
}
