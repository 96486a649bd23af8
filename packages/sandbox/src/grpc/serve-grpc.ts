import { createRequire } from 'node:module';
import type { Server as NetServer, Socket } from 'node:net';
import { createServer } from 'node:net';
import type {
  Metadata,
  ServiceDefinition,
  sendUnaryData,
  ServerUnaryCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Method, Root } from 'protobufjs';
import type { Clock } from '../clock.js';
import { systemClock } from '../clock.js';
import type { Fault, Faults, FaultyApi } from '../faults.js';
import { grpcCodes } from '../faults.js';
import type { Listening } from '../http/listen.js';
import { openPort } from '../http/listen.js';
import { GrpcError } from './grpc-error.js';

/** One gRPC service. */
export interface GrpcService {
  /** Of fault plans, and for messages. */
  readonly api: FaultyApi;
  /** Full name: `google.container.v1.ClusterManager`. */
  readonly name: string;
  /** Path of the JSON description that ships with a client. */
  readonly protos: string;
  /** Namespace and version that are loaded, of all that the description holds: `['container', 'v1']`. */
  readonly loaded: readonly [first: string, ...string[]];
  /** Methods by name, camel case. What is missing answers UNIMPLEMENTED. */
  readonly rpcs: Readonly<Record<string, (request: never) => object>>;
}

/**
 * Serves one service over gRPC without TLS.
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
  const [grpc, definition, { formatRetryInfo }] = await Promise.all([
    import('@grpc/grpc-js'),
    loadDefinition(service),
    import('./retry-info.js'),
  ]);
  const server = new grpc.Server();
  const detailsOf = ({ code, details, retryAfterMs }: GrpcError) => {
    const metadata = new grpc.Metadata();
    if (retryAfterMs === undefined) return metadata;
    metadata.set('grpc-status-details-bin', formatRetryInfo({ code, message: details, retryAfterMs }));
    return metadata;
  };
  server.addService(
    definition,
    createHandlers(service, { ...deps, detailsOf, newMetadata: () => new grpc.Metadata() }),
  );
  const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  return {
    accept(socket) {
      injector.injectConnection(socket);
      socket.resume();
    },
    close() {
      injector.destroy();
      server.forceShutdown();
    },
  };
}

/**
 * The service as grpc-js wants it, from the description that ships with the client.
 *
 * Only one version is loaded, and without the descriptors that a proto loader makes: a fifth of the time.
 */
async function loadDefinition({ name, protos, loaded }: GrpcService): Promise<ServiceDefinition> {
  const { default: protobuf } = await import('protobufjs');
  const { google } = (createRequire(import.meta.url)(protos) as Description).nested;
  const [first] = loaded;
  const { [first]: branch, ...others } = google.nested;
  const nested = { ...others, [first]: only(branch ?? {}, loaded.slice(1)) };
  const root = protobuf.Root.fromJSON({ nested: { google: { ...google, nested } } } as RootDescription);
  const service = root.lookupService(name);
  const format = { enums: String, longs: String, defaults: true, arrays: true, objects: true } as const;
  const definition: Record<string, ServiceDefinition[string]> = {};
  for (const method of service.methodsArray) {
    const { resolvedRequestType: request, resolvedResponseType: response } = method.resolve() as Method;
    if (request === null || response === null) throw new Error(`unresolved types of ${method.name}`);
    const encode = (type: typeof request) => (value: object) =>
      Buffer.from(type.encode(type.fromObject(value)).finish());
    const decode = (type: typeof request) => (bytes: Buffer) => type.toObject(type.decode(bytes), format);
    definition[method.name] = {
      path: `/${name}/${method.name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: encode(request),
      requestDeserialize: decode(request),
      responseSerialize: encode(response),
      responseDeserialize: decode(response),
      originalName: method.name.charAt(0).toLowerCase() + method.name.slice(1),
    };
  }
  return definition;
}

type RootDescription = Parameters<typeof Root.fromJSON>[0];

interface Branch {
  readonly nested?: Readonly<Record<string, Branch>>;
}

interface Description {
  readonly nested: { readonly google: { readonly nested: Readonly<Record<string, Branch>> } };
}

/** A namespace with one path below it. */
function only(branch: Branch, [next, ...rest]: readonly string[]): Branch {
  if (next === undefined) return branch;
  return { ...branch, nested: { [next]: only(branch.nested?.[next] ?? {}, rest) } };
}

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
