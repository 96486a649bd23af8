import type { ServerResponse } from 'node:http';
import type { ApiError } from '../api-error.js';
import type { KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { loadYaml } from './yaml.js';

/** Extra headers of an answer. */
export type Headers = Readonly<Record<string, string | string[]>>;

const texts = new WeakMap<object, string>();

/** JSON of a frozen object, made once however often it is sent. */
export function jsonOf(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    if (Object.isFrozen(object)) texts.set(object, text);
  }
  return text;
}

const itemBytes = new WeakMap<object, Buffer>();
const listBytes = new WeakMap<readonly KubeObject[], Buffer>();
const COMMA = Buffer.from(',');

/** JSON of the items of a list, with commas; made once for a frozen list, as for each of its objects. */
export function itemsJson(resource: Resource, items: readonly KubeObject[]): Buffer {
  const known = listBytes.get(items);
  if (known !== undefined) return known;
  const bytes = Buffer.concat(
    items.flatMap((item, index) => (index === 0 ? [itemJson(resource, item)] : [COMMA, itemJson(resource, item)])),
  );
  if (Object.isFrozen(items)) listBytes.set(items, bytes);
  return bytes;
}

// Items of built-in kinds carry neither kind nor apiVersion.
function itemJson(resource: Resource, object: KubeObject): Buffer {
  let bytes = itemBytes.get(object);
  if (bytes === undefined) {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
    bytes = Buffer.from(JSON.stringify(resource.custom === undefined ? rest : object));
    if (Object.isFrozen(object)) itemBytes.set(object, bytes);
  }
  return bytes;
}

/** Ends a response with JSON text. */
export function sendJson(response: ServerResponse, status: number, text: string, headers: Headers = {}): void {
  send(response, status, `${text}\n`, { 'content-type': 'application/json', ...headers });
}

/** Ends a response with YAML of a value. */
export function sendYaml(response: ServerResponse, status: number, value: unknown, headers: Headers = {}): void {
  const text = loadYaml().stringify(value, { sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 });
  send(response, status, text, { 'content-type': 'application/yaml', ...headers });
}

/** Ends a response with text. */
export function sendText(response: ServerResponse, status: number, text: string, headers: Headers = {}): void {
  send(response, status, text, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
}

/** Ends a response with any body, in one piece or in several. */
export function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer | readonly Buffer[],
  headers: Headers,
): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const parts = typeof body === 'string' || Buffer.isBuffer(body) ? [body] : body;
  const size = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  response.writeHead(status, { 'cache-control': 'no-cache, private', ...headers, 'content-length': String(size) });
  for (const part of parts.slice(0, -1)) response.write(part);
  response.end(parts.at(-1));
}

/** Ends a response with the Status of a refusal. */
export function sendError(
  response: ServerResponse,
  error: ApiError,
  { asYaml = false }: { readonly asYaml?: boolean } = {},
): void {
  const { code, status } = error;
  const retry = status.details?.retryAfterSeconds;
  const { reason: _reason, ...bare } = status;
  const body = error.reason === '' ? bare : status;
  const headers: Headers = retry === undefined ? {} : { 'retry-after': String(retry) };
  if (asYaml) sendYaml(response, code, body, headers);
  else sendJson(response, code, JSON.stringify(body), headers);
}
