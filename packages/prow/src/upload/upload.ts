import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { pathOptions } from '../commands/path-options.js';
import { ProwError } from '../errors.js';
import { createFinished } from '../finished.js';
import { parseJobEnvironment } from '../job-environment.js';
import { resultPaths } from '../result-paths.js';
import { joinKey, shouldWriteResults } from '../results.js';
import { jobMetadata } from './job-metadata.js';
import type { uploadFlags } from './upload-command.js';
import { uploadRun } from './upload-run.js';

/** Uploads a folder as the artifacts of the run. */
export async function upload(context: ContextOf<typeof uploadFlags>): Promise<void> {
  const { args, clock, cwd, env, flags, logger, signal } = context;
  const job = parseJobEnvironment(env);
  if (shouldWriteResults(job).artifacts === 'artifacts-dir' && !flags.force) {
    logger.info("nothing written: Prow's sidecar uploads the artifacts of a decorated job");
    return;
  }
  if (!(Number.isInteger(flags.concurrency) && flags.concurrency > 0)) {
    throw new ProwError('INVALID_FLAG', `--concurrency ${flags.concurrency} is not a whole number above 0`);
  }
  const dir = resolve(cwd, args[0] ?? '');
  if (!(await isFolder(dir))) {
    throw new ProwError('INVALID_FLAG', `not a folder: ${dir}`, { hint: 'Give the folder that the artifacts are in.' });
  }
  const { result, revision } = flags;
  const metadata = { ...jobMetadata(await readIfThere(join(dir, 'metadata.json'))), ...flags.metadata };
  const passed = result === 'SUCCESS';
  const finished =
    result === undefined
      ? undefined
      : createFinished(job, { timestampMs: clock.now(), passed, result, revision, metadata });
  const runUri = joinKey(flags.results, resultPaths(job, pathOptions(flags)).runDir);
  const buildLog = flags['build-log'];
  const { artifacts } = await uploadRun(createObjectStore({ ...storeOptionsFromEnv(env), cwd }), runUri, {
    dir,
    ...(buildLog === undefined ? {} : { buildLogPath: resolve(cwd, buildLog) }),
    ...(finished === undefined ? {} : { finished }),
    concurrency: flags.concurrency,
    compressFileTypes: flags['compress-file-types'],
    mediaTypes: flags['media-types'],
    onWarning: (message, name) => logger.warn(message, { name }),
    signal,
  });
  if (flags.json) context.printJson({ runUri, artifacts });
  else context.print(runUri);
}

async function isFolder(path: string): Promise<boolean> {
  const info = await stat(path).catch(() => undefined); // not there, or not for us: no folder to upload
  return info?.isDirectory() === true;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  }
}
