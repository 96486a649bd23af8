import type { ServerResponse } from 'node:http';
import type { ApiError } from '../api-error.js';
import type { KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { loadYaml } from './yaml.js';

/** Extra headers of an answer. */
export type Headers = Readonly<Record<string, string | string[]>>;

const texts = new WeakMap<object, string>();
const bareTexts = new WeakMap<object, string>();

/** JSON of a frozen object, made once however often it is sent. */
export function jsonOf(object: object): string {
  let text = texts.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    if (Object.isFrozen(object)) texts.set(object, text);
  }
  return text;
}

/** JSON of a list item: those of built-in kinds carry neither kind nor apiVersion. */
export function itemJson(resource: Resource, object: KubeObject): string {
  if (resource.custom !== undefined) return jsonOf(object);
  let text = bareTexts.get(object);
  if (text === undefined) {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
    text = JSON.stringify(rest);
    if (Object.isFrozen(object)) bareTexts.set(object, text);
  }
  return text;
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

/** Ends a response with any body. */
export function send(response: ServerResponse, status: number, body: string | Buffer, headers: Headers): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  response.writeHead(status, {
    'cache-control': 'no-cache, private',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  });
  response.end(body);
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
