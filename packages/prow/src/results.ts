import type { Finished } from './finished.js';
import type { ProwJobInfo } from './job.js';
import { resultPaths } from './result-paths.js';
import type { PathOptions } from './result-paths.js';
import type { Started } from './started.js';

/** What writing results needs of an object store. */
export interface ResultWriter {
  write(
    uri: string,
    body: string,
    options: {
      readonly contentType?: string;
      readonly cacheControl?: string;
      readonly metadata?: Record<string, string>;
      readonly signal?: AbortSignal;
    },
  ): Promise<unknown>;
}

/** What a program that runs in the job has to write itself. */
export interface ResultDuties {
  readonly started: boolean;
  /** The alias of a presubmit. */
  readonly alias: boolean;
  readonly latestBuild: boolean;
  readonly buildLog: boolean;
  readonly finished: boolean;
  /** Where artifacts go: into the results, or into the folder that the sidecar uploads. */
  readonly artifacts: 'results' | 'artifacts-dir';
}

/**
 * What to write for a job. In a decorated job Prow's own sidecar writes started.json, build-log.txt and finished.json and
 * uploads the folder `ARTIFACTS`: there, a program that wrote them too would be overwritten, or would overwrite.
 */
export function shouldWriteResults(job: Pick<ProwJobInfo, 'decorated'>): ResultDuties {
  const own = !job.decorated;
  return {
    started: own,
    alias: own,
    latestBuild: own,
    buildLog: own,
    finished: own,
    artifacts: own ? 'results' : 'artifacts-dir',
  };
}

const json = 'application/json';
const plain = 'text/plain; charset=utf-8';

/**
 * Opens a run: writes `started.json`, over an earlier one too, then the alias of a presubmit, then `latest-build.txt`. In
 * this order whoever follows the alias or the latest build finds a run.
 *
 * `resultsUri` is a URI of the store; a bare bucket name means Cloud Storage. Any failed write rejects; to repeat it all is
 * safe.
 */
export async function writeStarted(
  store: ResultWriter,
  resultsUri: string,
  job: ProwJobInfo,
  started: Started,
  options: PathOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<{ readonly runUri: string }> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const base = /^[a-z0-9+.-]+:/i.test(resultsUri) ? resultsUri : `gs://${resultsUri}`;
  const { runDir, alias, latestBuild } = resultPaths(job, options);
  const runUri = joinKey(base, runDir);
  await store.write(joinKey(runUri, 'started.json'), JSON.stringify(started), { contentType: json, ...signal });
  if (alias !== undefined) {
    // Spyglass reads the body (no newline), TestGrid the metadata: the first key is Prow's, the second bootstrap's.
    const metadata = { 'x-goog-meta-link': runUri, link: runUri };
    await store.write(joinKey(base, alias), runUri, { contentType: plain, metadata, ...signal });
  }
  for (const key of latestBuild) {
    const cacheControl = 'no-cache, max-age=0';
    await store.write(joinKey(base, key), job.buildId, { contentType: plain, cacheControl, ...signal });
  }
  return { runUri };
}

/** Closes a run: writes `finished.json`. Everything else of the run must be written by then: readers stop looking. */
export async function writeFinished(
  store: ResultWriter,
  runUri: string,
  finished: Finished,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  await store.write(joinKey(runUri, 'finished.json'), JSON.stringify(finished), { contentType: json, ...signal });
}

/** Puts a key below a URI. */
export function joinKey(uri: string, key: string): string {
  const base = uri.replace(/([^/:])\/+$/, '$1'); // the slashes of a scheme stay
  return key === '' ? base : `${base}${base.endsWith('/') ? '' : '/'}${key}`;
}
