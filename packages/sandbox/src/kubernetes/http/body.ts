import type { IncomingMessage } from 'node:http';
import { ApiError } from '../api-error.js';
import { badRequest, unsupportedMediaType } from '../errors.js';
import { jsonFault } from '../json-fault.js';
import { decodeProtobuf } from '../protobuf/protobuf.js';
import { parseMediaRanges } from './accept.js';
import { loadYaml } from './yaml.js';

/** Largest body read, in bytes; the real server's limit. */
export const MAX_BODY_BYTES: number = 3 * 1024 * 1024;

/** Reads a request's body. @throws {ApiError} 413 when it is too large */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  // By events: iterating over a stream costs more than all else that is done for a small request.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (error: Error): void => {
      request.off('data', read);
      reject(error);
    };
    const read = (chunk: Buffer): void => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= MAX_BODY_BYTES) return;
      const message = `Request entity too large: limit is ${MAX_BODY_BYTES}`;
      fail(new ApiError({ code: 413, reason: 'RequestEntityTooLarge', message }));
    };
    request.on('data', read);
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once('error', fail);
    request.once('close', () => fail(new Error('the request ended before its body')));
  });
}

const MAX_DEPTH = 500;

/** Refuses trees so deep that walking them recursively is a risk. */
function checkDepth(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > MAX_DEPTH) throw badRequest('exceeded max depth');
  for (const member of Object.values(value)) checkDepth(member, depth + 1);
}

/**
 * Decodes the body of a POST, PUT or DELETE by its content type: JSON (also when none is given), YAML or protobuf.
 *
 * @throws {ApiError} 400 when it does not parse, 415 for other types
 */
export function parseBody(body: Buffer, contentType: string | undefined, kind: string): unknown {
  const type =
    contentType === undefined || contentType === '' ? 'application/json' : parseMediaRanges(contentType)[0]?.type;
  switch (type) {
    case 'application/json':
      return parseJson(body, kind);
    case 'application/yaml':
      return parseYaml(body);
    case 'application/vnd.kubernetes.protobuf':
      return decodeProtobuf(body);
    default:
      throw unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: application/json, ' +
          'application/yaml, application/vnd.kubernetes.protobuf',
      );
  }
}

function parseJson(body: Buffer, kind: string): unknown {
  const text = body.toString('utf8');
  const unrecognised = `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: `;
  const shown = text === '' ? '<empty>' : text.length > 100 ? `${text.slice(0, 100)} ...` : text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest(`${unrecognised}${jsonFault(text)} (${shown})`);
  }
  checkDepth(value);
  if (Array.isArray(value) || typeof value !== 'object' || value === null) {
    const type = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    throw badRequest(
      `${unrecognised}json: cannot unmarshal ${type} into Go value of type struct { APIVersion string ` +
        `"json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (${shown})`,
    );
  }
  return value;
}

/** Parses YAML (or JSON) without aliases that grow. @throws {ApiError} 400 */
export function parseYaml(body: Buffer): unknown {
  const document = loadYaml().parseDocument(body.toString('utf8'), { schema: 'core', merge: false, uniqueKeys: false });
  const [error] = document.errors;
  if (error !== undefined) throw badRequest(`error converting YAML to JSON: yaml: ${error.message.split('\n')[0]}`);
  try {
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    checkDepth(value);
    return value;
  } catch (cause) {
    if (cause instanceof ApiError) throw cause;
    throw badRequest(`error converting YAML to JSON: yaml: ${cause instanceof Error ? cause.message : 'invalid'}`);
  }
}
