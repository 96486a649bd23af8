import { once } from 'node:events';
import type { ContextOf } from '@seatrial/cli';
import { createObjectStore, formatUri, joinUri, parseUri, storeOptionsFromEnv } from '@seatrial/storage';
import { startDashboard } from './server/start-dashboard.js';
import type { uiFlags } from './ui-flags.js';

/** `seatrial ui`: serves until it is stopped. */
export async function ui({ flags, env, cwd, signal, print, logger, clock }: ContextOf<typeof uiFlags>): Promise<void> {
  const place = parseUri(flags.results, { cwd });
  const results = formatUri(place); // absolute, as what the store lists is
  const store = createObjectStore({
    ...storeOptionsFromEnv(env),
    cwd,
    ...(place.scheme === 'file' ? { fileRoot: place.path } : {}),
  });
  // Results that cannot be read are said now and not on the page; and the store's client is loaded by then.
  for await (const _ of store.listLevel(joinUri(results, 'logs/'), { signal })) break;
  await using dashboard = await startDashboard({
    store,
    results,
    host: flags.listen,
    port: flags.port,
    ...(flags.token === undefined || flags.token === '' ? {} : { token: flags.token }),
    ...(flags['auth-proxy-header'] === undefined ? {} : { authProxyHeader: flags['auth-proxy-header'] }),
    allowedHosts: flags['allowed-host'],
    basePath: flags['base-path'],
    clock,
    onError: (error) => logger.warn('could not read', { error }),
  });
  print(`${results} at ${dashboard.url}`);
  if (!signal.aborted) await once(signal, 'abort');
}
