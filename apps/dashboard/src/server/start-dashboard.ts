import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { systemClock } from '@seatrial/cli';
import { DashboardError } from '../errors.js';
import { openResults, type ReadStore } from '../results/results.js';
import { createApp } from './app.js';
import { createGuard } from './guard.js';
import { readPageFiles } from './page-files.js';
import { createReadModel, type ReadModelOptions } from './read-model.js';

export interface DashboardOptions {
  readonly store: ReadStore;
  /** `gs://BUCKET[/PREFIX]` or `file:///PATH`: the folder that `logs/` and `pr-logs/` are in. */
  readonly results: string;
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string;
  /** 0 takes a free one. @default 8180 */
  readonly port?: number;
  readonly token?: string;
  readonly authProxyHeader?: string;
  /** Names in `Host` that are answered besides those of loopback. @default none */
  readonly allowedHosts?: readonly string[];
  /** Path that addresses begin with, where a proxy does not take it away. @default '/' */
  readonly basePath?: string;
  /** Folder of the built page. @default the one of this package */
  readonly pageDir?: string;
  /** Requests to the store at a time. @default 32 */
  readonly concurrency?: number;
  /** Between two looks at a run that is followed, in milliseconds. @default 400 */
  readonly watchIntervalMs?: number;
  /** @default the system's */
  readonly clock?: ReadModelOptions['clock'];
  /** What went wrong on this side. @default nothing is said */
  readonly onError?: (error: unknown) => void;
}

/** A server that answers. */
export interface Dashboard extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Requests to the store so far. */
  readonly requests: number;
  /** Ends streams of events and open connections, and removes temporary files. */
  close(): Promise<void>;
}

/** The page as the package ships it. */
export const PAGE_DIR = join(import.meta.dirname, '..', '..', 'dist', 'web');

/**
 * Serves the page and its calls.
 *
 * @throws {DashboardError} `UNSAFE_LISTEN` for an address that others can reach without a token or a proxy's header,
 * `INVALID_OPTION`, `NOT_BUILT`, `LISTEN_FAILED`.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { store, results, host = '127.0.0.1', port = 8180, clock = systemClock, onError = () => {} } = options;
  const { token, authProxyHeader, allowedHosts, concurrency, watchIntervalMs } = options;
  const basePath = checkBasePath(options.basePath ?? '/');
  const guard = createGuard({
    host,
    ...(token === undefined ? {} : { token }),
    ...(authProxyHeader === undefined ? {} : { authProxyHeader }),
    ...(allowedHosts === undefined ? {} : { allowedHosts }),
  });
  const page = await readPageFiles(options.pageDir ?? PAGE_DIR);
  const opened = openResults(store, results, concurrency === undefined ? {} : { concurrency });
  const model = createReadModel(opened, {
    clock,
    onError,
    ...(watchIntervalMs === undefined ? {} : { watchIntervalMs }),
  });
  const stop = new AbortController();
  const app = createApp(model, { guard, page, basePath, signal: stop.signal, onError });
  const server = createServer(getRequestListener(app.fetch));
  await listen(server, { host, port });
  const address = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    stop.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    await model[Symbol.asyncDispose]();
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}${basePath}`,
    port: address.port,
    get requests() {
      return model.requests;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** @throws {DashboardError} `INVALID_OPTION`. */
function checkBasePath(path: string): string {
  if (!/^\/(?:[\w.~-]+\/)*[\w.~-]*$/.test(path) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) {
    throw new DashboardError('INVALID_OPTION', `not a base path: ${JSON.stringify(path)}`, {
      hint: 'Write it as /seatrial or /ci/seatrial.',
    });
  }
  return path.endsWith('/') ? path : `${path}/`;
}

function listen(server: Server, at: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'something else listens there' : cause.message;
      reject(
        new DashboardError('LISTEN_FAILED', `cannot listen on ${at.host}:${at.port}: ${why}`, {
          cause,
          hint: 'Choose another one with --port.',
        }),
      );
    });
    server.listen(at, () => resolve());
  });
}
