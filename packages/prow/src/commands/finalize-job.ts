import { pathToFileURL } from 'node:url';
import type { ContextOf } from '@seatrial/cli';
import { checkReports, type ReportContent } from '@seatrial/junit';
import { createObjectStore, formatUri, parseUri, storeOptionsFromEnv } from '@seatrial/storage';
import type { ObjectStore } from '@seatrial/storage';
import { createFinished } from '../finished.js';
import { parseJobEnvironment } from '../job-environment.js';
import { revisionOf } from '../job.js';
import { latestGreenUri, moveLatestGreen } from '../latest-green.js';
import { resultPaths } from '../result-paths.js';
import { joinKey, shouldWriteResults, writeFinished } from '../results.js';
import { jobMetadata } from '../upload/job-metadata.js';
import type { finalizeJobFlags } from './finalize-job-flags.js';
import { pathOptions } from './path-options.js';

/** Judges a run by its junit files and closes it. */
export async function finalizeJob(context: ContextOf<typeof finalizeJobFlags>): Promise<number> {
  const { clock, cwd, env, flags, logger, signal } = context;
  const job = parseJobEnvironment(env);
  const store = createObjectStore({ ...storeOptionsFromEnv(env), cwd });
  const duties = shouldWriteResults(job);
  const runUri = joinKey(flags.results, resultPaths(job, pathOptions(flags)).runDir);
  // In a decorated job the files are still in the folder that the sidecar will upload.
  const isLocal = duties.artifacts === 'artifacts-dir' && job.artifactsDir !== undefined && !flags.force;
  const artifacts = isLocal ? pathToFileURL(job.artifactsDir ?? '').href : joinKey(runUri, 'artifacts');
  const folder = `${formatUri(parseUri(artifacts, { cwd }))}/`;

  const expected = flags['junit-files'];
  const { passed, problems } = await checkReports({ expected, files: await findReports(store, folder, expected) });
  for (const { file, kind, message } of problems)
    logger.error('junit file is not as it should be', { file, kind, message });
  if (duties.finished || flags.force) {
    const { revision } = flags;
    const own = await store.find(`${folder}metadata.json`);
    const metadata = { ...jobMetadata(own?.text), ...flags.metadata };
    const result = passed ? 'SUCCESS' : 'FAILURE';
    const file = createFinished(job, { timestampMs: clock.now(), passed, result, revision, metadata });
    await writeFinished(store, runUri, file, { signal });
  }
  const sha = revisionOf(job);
  let green: 'moved' | 'kept' | undefined;
  if (passed && flags.green !== undefined && job.type === 'postsubmit' && sha !== undefined) {
    const uri = latestGreenUri(flags.green, job.job);
    green = await moveLatestGreen(store, uri, { job: job.job, sha, buildId: job.buildId }, { clock, signal });
  }
  if (flags.json)
    context.printJson({ passed, runUri, problems, ...(green === undefined ? {} : { latestGreen: green }) });
  else context.print(passed ? 'SUCCESS' : 'FAILURE');
  return passed ? 0 : 1;
}

/** Junit files below a folder by their names there, and whatever else is expected. */
async function findReports(
  store: ObjectStore,
  folder: string,
  expected: readonly string[],
): Promise<ReadonlyMap<string, ReportContent>> {
  const files = new Map<string, ReportContent>();
  for await (const { uri } of store.list(folder)) {
    const name = uri.slice(folder.length);
    if (expected.includes(name) || /(?:^|\/)junit[^/]*\.xml$/.test(name)) files.set(name, () => store.readStream(uri));
  }
  return files;
}
