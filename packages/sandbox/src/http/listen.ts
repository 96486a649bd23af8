import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { SandboxError } from '../errors.js';

/** A server that answers on loopback until it is closed. */
export interface Listening {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Stops listening and cuts what is still connected. Repeatable. */
  close(): Promise<void>;
}

/** Anything that answers a fetch request: a Hono app. */
export interface FetchApp {
  fetch(request: Request, env?: unknown): Response | Promise<Response>;
}

/**
 * Opens a port.
 *
 * @param options.port 0 takes a free one.
 * @param options.host Never anything but loopback or a container bridge's own address. @default '127.0.0.1'
 * @throws {SandboxError} `PORT_IN_USE` when another program has the port.
 */
export async function openPort(
  server: NetServer,
  options: { readonly port: number; readonly host?: string; readonly what: string },
): Promise<number> {
  const { port, host = '127.0.0.1', what } = options;
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') return reject(cause);
      reject(
        new SandboxError('PORT_IN_USE', `cannot listen on ${host}:${port} for ${what}: ${cause.code}`, {
          cause,
          hint: 'Stop what uses the port, choose another --port-base, or leave it out for free ports.',
        }),
      );
    };
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Serves a Node request listener. @throws {SandboxError} `PORT_IN_USE` */
export async function serve(
  listener: RequestListener,
  options: { readonly port: number; readonly what: string },
): Promise<Listening> {
  const server: Server = createServer(
    // Uploads may take as long as they take; a stalled one is cut by close().
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 30_000 },
    listener,
  );
  const port = await openPort(server, options);
  let closing: Promise<void> | undefined;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () =>
      (closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })),
  };
}

/** A Hono app as a Node request listener. What it needs for that is loaded with the first request. */
export function appListener(app: FetchApp): RequestListener {
  const load = once(async (): Promise<RequestListener> => {
    const { getRequestListener } = await import('@hono/node-server');
    const listener = getRequestListener((request, env) => app.fetch(request, env), {
      overrideGlobalObjects: false,
      // Node discards bodies that nobody read; the adapter's own way closes connections that are in use again by then.
      autoCleanupIncoming: false,
    });
    return (request, response) => void listener(request, response);
  });
  return (request, response) => {
    load().then(
      (listener) => listener(request, response),
      (cause: unknown) => response.destroy(cause instanceof Error ? cause : undefined),
    );
  };
}

/** An app that is made when it is first asked. */
export function lazyApp(make: () => Promise<FetchApp>): FetchApp {
  const load = once(make);
  return { fetch: async (request, env) => (await load()).fetch(request, env) };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Serves a Hono app. @throws {SandboxError} `PORT_IN_USE` */
export function serveApp(app: FetchApp, options: { readonly port: number; readonly what: string }): Promise<Listening> {
  return serve(appListener(app), options);
}
