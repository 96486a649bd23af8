import { createServer as createHttpServer } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Metadata, sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import type { Fault, Faults } from '../faults.js';
import { grpcCodes } from '../faults.js';
import type { Listening } from '../http/listen.js';
import { openPort } from '../http/listen.js';
import { GrpcError } from './grpc-error.js';
import { definitionOf, type GrpcService, loadService } from './service.js';

/**
 * Serves one service over gRPC, and as JSON over HTTP/1.1, on one port and without TLS.
 *
 * The port is open at once; gRPC and the protos, half a second of loading, come with the first connection.
 *
 * @throws {SandboxError} `PORT_IN_USE`
 */
export async function serveGrpc(
  service: GrpcService,
  options: { readonly port: number; readonly faults: Faults; readonly clock?: Clock },
): Promise<Listening> {
  const sockets = new Set<Socket>();
  let loading: Promise<GrpcServer> | undefined;
  const front: NetServer = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined); // a client that goes away is not an event
    const cut = (remotePort: number) => [...sockets].find((item) => item.remotePort === remotePort)?.destroy();
    const { faults, clock = systemClock } = options;
    loading ??= startGrpc(service, { faults, clock, cut });
    loading.then(
      (server) => {
        if (!socket.destroyed) server.accept(socket);
      },
      (cause: unknown) => socket.destroy(cause as Error),
    );
  });
  const port = await openPort(front, { port: options.port, what: service.api });
  let closing: Promise<void> | undefined;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close: () => (closing ??= close()),
  };

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => front.close(() => resolve()));
    (await loading?.catch(() => undefined))?.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
}

interface GrpcServer {
  accept(socket: Socket): void;
  close(): void;
}

async function startGrpc(
  service: GrpcService,
  deps: { readonly faults: Faults; readonly clock: Clock; readonly cut: (remotePort: number) => void },
): Promise<GrpcServer> {
  const [grpc, description, { formatRetryInfo }, { createRestListener }] = await Promise.all([
    import('@grpc/grpc-js'),
    loadService(service),
    import('./retry-info.js'),
    import('./rest.js'),
  ]);
  const server = new grpc.Server();
  const detailsOf = ({ code, details, retryAfterMs }: GrpcError) => {
    const metadata = new grpc.Metadata();
    if (retryAfterMs === undefined) return metadata;
    metadata.set('grpc-status-details-bin', formatRetryInfo({ code, message: details, retryAfterMs }));
    return metadata;
  };
  const handlers = createHandlers(service, { ...deps, detailsOf, newMetadata: () => new grpc.Metadata() });
  server.addService(definitionOf(description), handlers);
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const rest = createHttpServer(createRestListener(description, handlers));
  return {
    accept(socket) {
      // HTTP/2 begins with a line of its own (RFC 9113, 3.4), which no request of HTTP/1.1 does.
      const look = (): void => {
        const begin = socket.read() as Buffer | null;
        if (begin === null) return; // nothing has come yet, or ever will
        socket.off('readable', look);
        socket.unshift(begin);
        if (begin.subarray(0, 3).equals(PREFACE)) return injector.injectConnection(socket);
        rest.emit('connection', socket);
        socket.resume();
      };
      socket.on('readable', look);
    },
    close() {
      injector.destroy();
      server.forceShutdown();
    },
  };
}

const PREFACE = Buffer.from('PRI');

function createHandlers(
  { api, name: service, rpcs }: GrpcService,
  deps: {
    readonly faults: Faults;
    readonly clock: Clock;
    readonly cut: (remotePort: number) => void;
    readonly detailsOf: (error: GrpcError) => Metadata;
    readonly newMetadata: () => Metadata;
  },
): UntypedServiceImplementation {
  const { faults, clock, cut, detailsOf, newMetadata } = deps;
  const handlers: UntypedServiceImplementation = {};
  for (const [name, rpc] of Object.entries(rpcs)) {
    const method = name.charAt(0).toUpperCase() + name.slice(1);
    const planned = { method, path: `/${service}/${method}` };
    const answer = (fault: Fault | undefined, call: ServerUnaryCall<unknown, object>, reply: sendUnaryData<object>) => {
      const cutCall = () => cut(Number(call.getPeer().split(':').at(-1)));
      if (fault?.kind === 'stall') return;
      if (fault?.kind === 'reset') return cutCall();
      if (fault?.kind === 'status') {
        return reply({ code: grpcCodes[fault.status] ?? 2, details: `injected fault: ${fault.status}` });
      }
      try {
        const result = (rpc as (request: unknown) => object)(call.request);
        if (fault?.kind === 'drop') return cutCall();
        if (fault?.kind === 'half') {
          call.sendMetadata(newMetadata()); // the headers; the message is what is missing
          return void setImmediate(cutCall);
        }
        reply(null, result);
      } catch (cause) {
        if (cause instanceof GrpcError) {
          return reply({ code: cause.code, details: cause.details, metadata: detailsOf(cause) });
        }
        reply({ code: grpcCodes['INTERNAL'] ?? 13, details: 'Internal error encountered.' });
      }
    };
    handlers[method] = (call: ServerUnaryCall<unknown, object>, reply: sendUnaryData<object>) => {
      const latencyMs = faults.latencyMs(api, planned);
      const fault = faults.next(api, planned);
      if (latencyMs === 0) return answer(fault, call, reply);
      clock.sleep(latencyMs).then(
        () => {
          if (!call.cancelled) answer(fault, call, reply);
        },
        () => undefined, // never: it has no signal
      );
    };
  }
  return handlers;
}
