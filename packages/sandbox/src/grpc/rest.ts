import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { fromProto3JSON, type JSONValue, toProto3JSON } from 'proto3-json-serializer';
import protobuf, { type Method, type Service, type Type } from 'protobufjs';
import { grpcCodes } from '../faults.js';
import { readBody } from '../http/bindings.js';
import { plainOf, typesOf } from './service.js';

type Json = Readonly<Record<string, unknown>>;

/** One way to call a method: `GET /v1/{name=projects/*\/locations/*}`. */
interface Route {
  readonly method: Method;
  readonly verb: string;
  readonly path: RegExp;
  /** Names of the fields that the path holds, in its order. */
  readonly fields: readonly string[];
  /** Field that the body is; `*`: the whole message. `undefined` where there is none. */
  readonly body: string | undefined;
}

/**
 * Answers a gRPC service's methods as JSON over HTTP, as their `google.api.http` options say.
 *
 * @param handlers Those of gRPC, faults and all.
 * @see https://github.com/googleapis/googleapis/blob/master/google/api/http.proto
 */
export function createRestListener(service: Service, handlers: UntypedServiceImplementation): RequestListener {
  const routes = service.methodsArray.flatMap(routesOf);
  return (incoming, outgoing) => {
    answer(routes, handlers, incoming, outgoing).catch(() => {
      fail(outgoing, { code: grpcCodes['INTERNAL'] ?? 13, details: 'Internal error encountered.' });
    });
  };
}

async function answer(
  routes: readonly Route[],
  handlers: UntypedServiceImplementation,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const found = find(routes, incoming.method ?? 'GET', url.pathname);
  if (found === undefined) return fail(outgoing, { code: 5, details: 'Method not found.' });
  const { route, inPath } = found;
  const { request, response } = typesOf(route.method);
  const text = await readBody(incoming);
  let message: object;
  try {
    if (text === undefined) throw new Error('Request payload size exceeds the limit: 4194304 bytes.');
    const inBody = bodyOf(route, text);
    const inQuery = queryOf(url.searchParams);
    const json = withFieldNames(request, { ...inQuery, ...inBody, ...inPath }, '');
    message = plainOf(request, fromProto3JSON(request, json as JSONValue) ?? request.create());
  } catch (error) {
    return fail(outgoing, { code: 3, details: (error as Error).message });
  }
  const reply: sendUnaryData<object> = (error, value) => {
    if (error !== null) return fail(outgoing, error);
    const numericEnums = (url.searchParams.get('$alt') ?? '').includes('enum-encoding=int');
    send(outgoing, 200, toProto3JSON(response.fromObject(value ?? {}), { numericEnums }));
  };
  const call = {
    request: message,
    getPeer: () => `127.0.0.1:${incoming.socket.remotePort}`,
    sendMetadata: () => outgoing.writeHead(200, JSON_TYPE).flushHeaders(),
    get cancelled() {
      return outgoing.destroyed;
    },
  };
  const handler = handlers[route.method.name] as handleUnaryCall<object, object> | undefined;
  if (handler === undefined) return fail(outgoing, { code: grpcCodes['UNIMPLEMENTED'] ?? 12, details: 'Not served.' });
  handler(call as unknown as ServerUnaryCall<object, object>, reply);
}

function find(
  routes: readonly Route[],
  verb: string,
  path: string,
): { readonly route: Route; readonly inPath: Json } | undefined {
  for (const route of routes) {
    const values = route.verb === verb ? route.path.exec(path)?.slice(1) : undefined;
    if (values === undefined) continue;
    return {
      route,
      inPath: Object.fromEntries(route.fields.map((field, at) => [field, decodeURIComponent(values[at] ?? '')])),
    };
  }
  return undefined;
}

/** All of a method's ways, as pbjs keeps them among the parsed options. */
function routesOf(method: Method): readonly Route[] {
  const options = (method.parsedOptions as readonly Json[] | null) ?? [];
  return options.flatMap((option) => {
    const http = option['(google.api.http)'] as Json | undefined;
    if (http === undefined) return [];
    const more = http['additional_bindings'] as Json | readonly Json[] | undefined;
    const all: readonly Json[] = more === undefined ? [http] : [http].concat(more);
    return all.flatMap((one) => routeOf(method, one));
  });
}

function routeOf(method: Method, { body, ...binding }: Json): readonly Route[] {
  const verb = ['get', 'put', 'post', 'delete', 'patch'].find((name) => typeof binding[name] === 'string');
  if (verb === undefined) return [];
  const fields: string[] = [];
  const pattern = String(binding[verb]).replace(
    /\{([\w.]+)(?:=([^}]*))?\}|[^{]+/g,
    (text, field?: string, held = '*') => {
      if (field === undefined) return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      fields.push(camelCase(field));
      return `(${held.replaceAll('**', '.+').replaceAll('*', '[^/:]+')})`;
    },
  );
  const path = new RegExp(`^${pattern}$`);
  return [{ method, verb: verb.toUpperCase(), path, fields, body: body === undefined ? undefined : String(body) }];
}

function bodyOf({ body }: Route, text: string): Json {
  if (body === undefined || text === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`Invalid JSON payload received. ${(cause as Error).message}`, { cause });
  }
  return body === '*' ? (value as Json) : { [camelCase(body)]: value };
}

/** Fields may be named in camel case or as in the definition; others there are not. */
function withFieldNames(type: Type, json: Json, at: string): Json {
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      const name = camelCase(key);
      const field = Object.hasOwn(type.fields, name) ? type.fields[name]?.resolve() : undefined;
      if (field === undefined) {
        const where = at === '' ? '' : ` at '${at}'`;
        throw new Error(`Invalid JSON payload received. Unknown name "${key}"${where}: Cannot find field.`);
      }
      const { resolvedType } = field;
      const isPlain = field instanceof protobuf.MapField || !(resolvedType instanceof protobuf.Type);
      if (isPlain || resolvedType.fullName.startsWith('.google.protobuf.')) return [name, value];
      const inner = (one: unknown): unknown =>
        typeof one === 'object' && one !== null
          ? withFieldNames(resolvedType, one as Json, at === '' ? name : `${at}.${name}`)
          : one;
      return [name, Array.isArray(value) ? value.map(inner) : inner(value)];
    }),
  );
}

/** `a.b=1` is a field of a field. What begins with `$`, and the key, are of the protocol. */
function queryOf(query: URLSearchParams): Json {
  const message: Record<string, unknown> = Object.create(null);
  for (const name of new Set(query.keys())) {
    if (/^(?:\$|key$|alt$|prettyPrint$)/.test(name)) continue;
    const path = name.split('.').map(camelCase);
    const last = path.pop() as string;
    let at = message;
    for (const part of path) at = (at[part] ??= Object.create(null)) as Record<string, unknown>;
    const values = query.getAll(name);
    at[last] = values.length > 1 ? values : values[0];
  }
  return message;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Google's form of an error. */
function fail(outgoing: ServerResponse, error: { readonly code?: number; readonly details?: string }): void {
  const code = error.code ?? 2;
  const status = Object.keys(grpcCodes).find((name) => grpcCodes[name] === code) ?? 'UNKNOWN';
  const httpCode = httpStatus[status] ?? 500;
  send(outgoing, httpCode, { error: { code: httpCode, message: error.details ?? '', status } });
}

const JSON_TYPE = { 'content-type': 'application/json; charset=UTF-8' };

function send(outgoing: ServerResponse, status: number, value: unknown): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, JSON_TYPE).end(`${JSON.stringify(value, null, 2)}\n`);
}

/** @see https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const httpStatus: Readonly<Record<string, number>> = {
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};
