import type { ContextOf } from '@seatrial/cli';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { createFinished } from '../finished.js';
import { parseJobEnvironment } from '../job-environment.js';
import { resultPaths } from '../result-paths.js';
import { joinKey, shouldWriteResults, writeFinished } from '../results.js';
import type { finishedFlags } from './finished-flags.js';
import { pathOptions } from './path-options.js';

/** Closes a run and prints its URI. */
export async function finished(context: ContextOf<typeof finishedFlags>): Promise<void> {
  const { clock, cwd, env, flags, logger, signal } = context;
  const job = parseJobEnvironment(env);
  if (!shouldWriteResults(job).finished && !flags.force) {
    logger.info("nothing written: Prow's sidecar writes finished.json of a decorated job");
    return;
  }
  const { metadata, result, revision } = flags;
  const passed = result === 'SUCCESS';
  const file = createFinished(job, { timestampMs: clock.now(), passed, result, revision, metadata });
  const runUri = joinKey(flags.results, resultPaths(job, pathOptions(flags)).runDir);
  await writeFinished(createObjectStore({ ...storeOptionsFromEnv(env), cwd }), runUri, file, { signal });
  context.print(runUri);
}
