import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import { publishChart } from '../chart-publish.js';
import type { pushFlags } from './push-flags.js';

/** Publishes a packaged chart and prints where it is. */
export async function push(context: ContextOf<typeof pushFlags>): Promise<void> {
  const { args, cwd, env, flags, signal } = context;
  const store = createObjectStore({ ...storeOptionsFromEnv(env), cwd });
  const published = await publishChart(store, {
    archive: resolve(cwd, args[0] ?? ''),
    releasesUri: flags['releases-path'],
    latest: flags.latest,
    sha: flags.sha,
    signal,
  });
  if (flags.json) context.printJson(published);
  else context.print(published.uri);
}
