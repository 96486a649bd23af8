import { createRequire } from 'node:module';
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { Method, Root, Service } from 'protobufjs';
import type { FaultyApi } from '../faults.js';

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
 * The service out of the description that ships with the client.
 *
 * Only one version is loaded, and without the descriptors that a proto loader makes: a fifth of the time.
 */
export async function loadService({ name, protos, loaded }: GrpcService): Promise<Service> {
  const { default: protobuf } = await import('protobufjs');
  const { google } = (createRequire(import.meta.url)(protos) as Description).nested;
  const [first] = loaded;
  const { [first]: branch, ...others } = google.nested;
  const nested = { ...others, [first]: only(branch ?? {}, loaded.slice(1)) };
  const root = protobuf.Root.fromJSON({ nested: { google: { ...google, nested } } } as RootDescription);
  return root.lookupService(name);
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

/** The messages of a method. */
export function typesOf(method: Method): { readonly request: Type; readonly response: Type } {
  const { resolvedRequestType: request, resolvedResponseType: response } = method.resolve() as Method;
  if (request === null || response === null) throw new Error(`unresolved types of ${method.name}`);
  return { request, response };
}

type Type = NonNullable<Method['resolvedRequestType']>;

/** A message as the handlers get it. */
export function plainOf(type: Type, message: Parameters<Type['toObject']>[0]): object {
  return type.toObject(message, { enums: String, longs: String, defaults: true, arrays: true, objects: true });
}

/** The service as grpc-js wants it. */
export function definitionOf(service: Service): ServiceDefinition {
  const definition: Record<string, ServiceDefinition[string]> = {};
  for (const method of service.methodsArray) {
    const { request, response } = typesOf(method);
    const encode = (type: Type) => (value: object) => Buffer.from(type.encode(type.fromObject(value)).finish());
    const decode = (type: Type) => (bytes: Buffer) => plainOf(type, type.decode(bytes));
    definition[method.name] = {
      path: `/${service.fullName.replace(/^\./, '')}/${method.name}`,
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
