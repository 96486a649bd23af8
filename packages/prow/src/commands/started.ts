import { hostname } from 'node:os';
import type { ContextOf } from '@seatrial/cli';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { parseJobEnvironment } from '../job-environment.js';
import { shouldWriteResults, writeStarted } from '../results.js';
import { createStarted } from '../started.js';
import { pathOptions } from './path-options.js';
import type { startedFlags } from './started-flags.js';

/** Opens a run and prints its URI. */
export async function started(context: ContextOf<typeof startedFlags>): Promise<void> {
  const { clock, cwd, env, flags, logger, signal } = context;
  const job = parseJobEnvironment(env);
  if (!shouldWriteResults(job).started && !flags.force) {
    logger.info("nothing written: Prow's sidecar writes started.json of a decorated job");
    return;
  }
  const metadata = Object.keys(flags.metadata).length === 0 ? undefined : flags.metadata;
  const { node = hostname(), revision } = flags;
  const file = createStarted(job, { timestampMs: clock.now(), node, revision, metadata });
  const store = createObjectStore({ ...storeOptionsFromEnv(env), cwd });
  const { runUri } = await writeStarted(store, flags.results, job, file, { ...pathOptions(flags), signal });
  context.print(runUri);
}
