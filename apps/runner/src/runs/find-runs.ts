import type { ObjectStore } from '@seatrial/storage';
import { joinUri } from '@seatrial/storage';
import { RunnerError } from '../errors.js';

/** Where a run lies among the results. */
export interface RunPlace {
  readonly uri: string;
  readonly job: string;
  readonly buildId: string;
}

/** Jobs and builds that are looked at at the same time. */
const MAX_JOBS = 500;

/**
 * Runs below a folder of results, the newest first: by their build ids, which grow with time. Those of pull requests are
 * found by Prow's index `pr-logs/directory`.
 *
 * @param options.job Only this job's. @default all
 * @param options.limit At most so many of each job.
 */
export async function listRuns(
  store: ObjectStore,
  resultsUri: string,
  options: { readonly job?: string | undefined; readonly limit: number },
): Promise<readonly RunPlace[]> {
  const places = [
    ...(await newestOf(store, joinUri(resultsUri, 'logs'), options)),
    ...(await newestOfPulls(store, joinUri(resultsUri, 'pr-logs', 'directory'), options)),
  ];
  return places.sort((a, b) => compareIds(b.buildId, a.buildId)).slice(0, options.limit);
}

/**
 * The run that a text names: its URI, or its build id among the results.
 *
 * @throws {RunnerError} `RUN_NOT_FOUND`
 */
export async function resolveRun(store: ObjectStore, resultsUri: string, text: string): Promise<string> {
  if (text.includes('://')) return text.replace(/\/+$/, '');
  const found = (await listRuns(store, resultsUri, { limit: Infinity })).filter(({ buildId }) => buildId === text);
  const [place] = found;
  if (place !== undefined) return place.uri;
  throw new RunnerError('RUN_NOT_FOUND', `no run ${JSON.stringify(text)} below ${resultsUri}`, {
    hint: 'Give the URI that the run printed after "results", or a build id that "seatrial runs list" shows.',
  });
}

interface Limits {
  readonly job?: string | undefined;
  readonly limit: number;
}

async function newestOf(store: ObjectStore, logsUri: string, { job, limit }: Limits): Promise<readonly RunPlace[]> {
  const jobs = await namesBelow(store, logsUri, job);
  const places = await Promise.all(
    jobs.map(async (name) => {
      const builds = (await foldersOf(store, joinUri(logsUri, name))).filter((id) => /^\d+$/.test(id));
      const newest = builds.sort((a, b) => compareIds(b, a)).slice(0, limit);
      return newest.map((buildId) => ({ uri: joinUri(logsUri, name, buildId), job: name, buildId }));
    }),
  );
  return places.flat();
}

/** `<job>/<build>.txt` holds the run's URI. */
async function newestOfPulls(
  store: ObjectStore,
  indexUri: string,
  { job, limit }: Limits,
): Promise<readonly RunPlace[]> {
  const jobs = await namesBelow(store, indexUri, job);
  const places = await Promise.all(
    jobs.map(async (name) => {
      const ids: string[] = [];
      for await (const { uri } of store.list(`${joinUri(indexUri, name)}/`)) {
        const id = /\/(\d+)\.txt$/.exec(uri)?.[1];
        if (id !== undefined) ids.push(id);
      }
      const newest = ids.sort((a, b) => compareIds(b, a)).slice(0, limit);
      return Promise.all(
        newest.map(async (buildId) => ({
          uri: (await store.readText(joinUri(indexUri, name, `${buildId}.txt`))).trim(),
          job: name,
          buildId,
        })),
      );
    }),
  );
  return places.flat();
}

async function namesBelow(store: ObjectStore, uri: string, only: string | undefined): Promise<readonly string[]> {
  return only === undefined ? (await foldersOf(store, uri)).slice(0, MAX_JOBS) : [only];
}

async function foldersOf(store: ObjectStore, uri: string): Promise<string[]> {
  const names: string[] = [];
  for await (const folder of store.listFolders(`${uri}/`)) names.push(decodeURIComponent(lastPart(folder)));
  return names;
}

function lastPart(folderUri: string): string {
  return folderUri.replace(/\/$/, '').replace(/^.*\//, '');
}

/** Build ids are numbers of up to 20 digits. */
function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
