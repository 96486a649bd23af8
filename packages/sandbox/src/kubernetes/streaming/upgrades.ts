import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { ApiError } from '../api-error.js';
import * as errors from '../errors.js';
import { parsePath } from '../http/path.js';
import { sendError } from '../http/render.js';
import type { ContainerSession, KubeObject, PodRuntime } from '../kube-api.js';
import { chooseContainer } from '../subresources/logs.js';
import { openChannels } from './channels.js';
import { forwardChannels, forwardSpdy } from './port-forward.js';
import { refuseSession, serveSession } from './remote-session.js';
import { acceptSpdySession } from './spdy-session.js';

/** Handles `upgrade` of a `node:http` or `node:https` server. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** What connections to pods are made of. */
export interface UpgradeDeps {
  readonly podRuntime: PodRuntime | undefined;
  /** The pod, for who asks. @throws {ApiError} 401, 403, 404 */
  readonly pod: (
    request: IncomingMessage,
    path: { namespace: string; name: string; subresource: string },
  ) => KubeObject;
  readonly signal: AbortSignal;
  readonly logger: { error(message: string, fields?: Record<string, unknown>): void };
}

const EXEC_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const TUNNEL_PROTOCOL = 'SPDY/3.1+portforward.k8s.io';
const FORWARD_PROTOCOLS = [TUNNEL_PROTOCOL, 'v4.channel.k8s.io'];
const SPDY_FORWARD_PROTOCOL = 'portforward.k8s.io';
const SUBRESOURCES = ['exec', 'attach', 'portforward'];

/** One request to be connected to a pod. */
interface Wanted {
  readonly pod: KubeObject;
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/**
 * Serves `pods/exec`, `pods/attach` and `pods/portforward`: over WebSocket, as kubectl from 1.31 on and
 * `@kubernetes/client-node` ask for it, and over SPDY/3.1, as older clients do.
 */
export function createUpgradeListener(deps: UpgradeDeps): UpgradeListener {
  const protocols = (offered: Set<string>, request: IncomingMessage): string | false =>
    choose(request.url?.includes('/portforward') === true ? FORWARD_PROTOCOLS : EXEC_PROTOCOLS, [...offered]) ?? false;
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: protocols, perMessageDeflate: false });
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const cut = (): void => void socket.destroy();
    deps.signal.addEventListener('abort', cut, { once: true });
    socket.once('close', () => deps.signal.removeEventListener('abort', cut));
    serve(request, socket, head).catch((error: unknown) => refuse(deps, { request, socket, error }));
  };

  async function serve(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const { group, resource, namespace, name, subresource } = parsePath(url.pathname) ?? {};
    const known = group === '' && resource === 'pods' && SUBRESOURCES.includes(subresource ?? '');
    if (!known || namespace === undefined || name === undefined || subresource === undefined)
      throw errors.unknownPath();
    const pod = deps.pod(request, { namespace, name, subresource });
    if (!pod.spec?.['nodeName']) throw errors.badRequest(`pod ${name} does not have a host assigned`);
    const wanted = { pod, subresource, query: url.searchParams, request, socket, head };
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
    if (!isWebSocket && !/^spdy\/3\.1$/i.test(request.headers.upgrade ?? '')) {
      throw errors.badRequest(`Upgrade request required: ${JSON.stringify(request.headers.upgrade)} is not served`);
    }
    if (subresource === 'portforward') return serveForward(wanted, isWebSocket);
    const { options, argv } = readSession(wanted);
    // Started first: a refusal can still be answered in HTTP, which every client shows.
    const session = await start(deps.podRuntime, wanted, { options, argv });
    if (!isWebSocket) return serveSpdySession(wanted, session);
    const ws = await accept(wanted);
    const channels = openChannels(ws);
    const has = (stream: string): boolean => isTrue(wanted.query, stream);
    await serveSession(session, {
      ...(has('stdin') ? { stdin: channels.input(0) } : {}),
      ...(has('stdout') ? { stdout: channels.output(1) } : {}),
      ...(has('stderr') && !options.tty ? { stderr: channels.output(2) } : {}),
      ...(options.tty ? { resize: channels.input(4) } : {}),
      error: channels.output(3),
      closed: channels.closed,
    });
    channels.close();
  }

  async function serveForward(wanted: Wanted, isWebSocket: boolean): Promise<void> {
    const { pod, query, socket, request } = wanted;
    const { podRuntime } = deps;
    const dial = async (port: number): Promise<Duplex> => {
      if (podRuntime?.dial === undefined) throw new Error('no kubelet forwards ports here');
      return podRuntime.dial(pod, port);
    };
    if (!isWebSocket) {
      answerSpdy(socket, negotiated(request, [SPDY_FORWARD_PROTOCOL]));
      forwardSpdy(socket, dial);
      return;
    }
    const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number));
    const ws = await accept(wanted);
    if (ws.protocol === TUNNEL_PROTOCOL) forwardSpdy(createWebSocketStream(ws), dial);
    else forwardChannels(openChannels(ws), ports, dial);
  }

  function accept({ request, socket, head }: Wanted): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      socket.once('close', () => reject(new Error('the client left')));
      sockets.handleUpgrade(request, socket, head, resolve);
    });
  }
}

async function serveSpdySession({ request, socket, query }: Wanted, session: ContainerSession): Promise<void> {
  answerSpdy(socket, negotiated(request, EXEC_PROTOCOLS));
  const { remote, close } = await acceptSpdySession(socket, {
    stdin: isTrue(query, 'stdin'),
    stdout: isTrue(query, 'stdout'),
    stderr: isTrue(query, 'stderr') && !isTrue(query, 'tty'),
    resize: isTrue(query, 'tty'),
  });
  await serveSession(session, remote).catch((error: unknown) => refuseSession(error, remote));
  close();
}

function readSession({ pod, subresource, query }: Wanted): {
  readonly options: { readonly container: string; readonly stdin: boolean; readonly tty: boolean };
  readonly argv: readonly string[];
} {
  const argv = query.getAll('command');
  if (subresource === 'exec' && argv.length === 0) {
    throw errors.badRequest('you must specify at least 1 command for the container');
  }
  if (!['stdin', 'stdout', 'stderr'].some((stream) => isTrue(query, stream))) {
    throw errors.badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  const container = chooseContainer(pod, query.get('container') ?? '');
  return { options: { container, stdin: isTrue(query, 'stdin'), tty: isTrue(query, 'tty') }, argv };
}

async function start(
  podRuntime: PodRuntime | undefined,
  { pod, subresource }: Wanted,
  { options, argv }: ReturnType<typeof readSession>,
): Promise<ContainerSession> {
  if (subresource === 'exec' && podRuntime?.exec !== undefined) return podRuntime.exec(pod, argv, options);
  if (subresource === 'attach' && podRuntime?.attach !== undefined) return podRuntime.attach(pod, options);
  throw new ApiError({ code: 501, reason: 'NotImplemented', message: `no kubelet serves ${subresource} here` });
}

const isTrue = (query: URLSearchParams, name: string): boolean => ['true', '1'].includes(query.get(name) ?? '');

function choose(served: readonly string[], offered: readonly string[]): string | undefined {
  return served.find((protocol) => offered.includes(protocol));
}

function negotiated({ headers }: IncomingMessage, served: readonly string[]): string {
  const offered = String(headers['x-stream-protocol-version'] ?? '').split(/\s*,\s*/);
  const chosen = choose(served, offered);
  if (chosen !== undefined) return chosen;
  const message = `unable to upgrade: unable to negotiate protocol: client supports ${JSON.stringify(offered)}, server supports ${JSON.stringify(served)}`;
  throw new ApiError({ code: 403, reason: 'Forbidden', message });
}

function answerSpdy(socket: Duplex, protocol: string): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1'];
  socket.write(`${[...lines, `X-Stream-Protocol-Version: ${protocol}`].join('\r\n')}\r\n\r\n`);
}

function refuse(
  { logger }: UpgradeDeps,
  { request, socket, error }: { request: IncomingMessage; socket: Duplex; error: unknown },
): void {
  if (socket.destroyed) return;
  const isApi = error instanceof ApiError;
  if (!isApi) logger.error('connection to a pod failed', { path: request.url, error: String(error) });
  const response = new ServerResponse(request);
  response.assignSocket(socket as never); // a TLS or TCP socket: what servers hand over
  response.shouldKeepAlive = false;
  response.once('finish', () => socket.end());
  sendError(response, isApi ? error : errors.internal(error instanceof Error ? error.message : String(error)));
}
