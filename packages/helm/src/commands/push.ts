import { resolve } from 'node:path';
import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import type { ChartIndexStore } from '../chart-index.js';
import type { pushFlags } from './push-flags.js';

/** Publishes a packaged chart and prints where it is. */
export async function push(context: ContextOf<typeof pushFlags>): Promise<void> {
  const { flags } = context;
  if (flags['releases-path'].startsWith('oci://')) {
    const wrong = (['index', 'latest', 'sha'] as const).find((name) => flags[name]);
    if (wrong !== undefined) throw new UsageError(`--${wrong} is for gs:// and file://, a registry has none`);
    return (await import('./push-registry.js')).pushToRegistry(context);
  }
  const { createObjectStore, storeOptionsFromEnv } = await import('@seatrial/storage');
  const { checkPublished, publishChart } = await import('../chart-publish.js');
  const store = createObjectStore({ ...storeOptionsFromEnv(context.env), cwd: context.cwd });
  const releasesUri = flags['releases-path'];
  const { latest, sha } = flags;
  const archive = resolve(context.cwd, context.args[0] ?? '');
  if (flags['dry-run']) {
    const { uri, state } = await checkPublished(store, { archive, releasesUri });
    if (flags.json) return context.printJson({ uri, state, dryRun: true });
    return context.print(state === 'free' ? `would publish ${uri}` : `would keep ${uri}`);
  }
  const published = await publishChart(store, { archive, releasesUri, sha, signal: context.signal });
  const indexUri = flags.index ? await index(context, store, releasesUri) : undefined;
  // Last: who follows latest finds the version in the index.
  const { latestUri } = latest
    ? await publishChart(store, { archive, releasesUri, sha, latest, signal: context.signal })
    : {};
  if (latest && latestUri === undefined)
    context.logger.warn('latest stays: it is of a newer version', { uri: published.uri });
  const result = { ...published, ...(indexUri && { indexUri }), ...(latestUri && { latestUri }) };
  if (flags.json) context.printJson(result);
  else context.print(published.uri);
}

async function index(
  { logger, clock, signal }: ContextOf<typeof pushFlags>,
  store: ChartIndexStore,
  releasesUri: string,
): Promise<string> {
  const { updateChartIndex } = await import('../chart-index.js');
  const { indexUri, added, skipped } = await updateChartIndex(store, { releasesUri, clock, signal });
  for (const { uri, reason } of skipped) logger.warn('left out of the index', { uri, reason });
  logger.info('index is up to date', { uri: indexUri, added: added.length });
  return indexUri;
}
