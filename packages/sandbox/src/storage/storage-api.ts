import type { Context } from 'hono';
import { Hono } from 'hono';
import type { Clock } from '../clock.js';
import type { NodeEnv } from '../http/bindings.js';
import { readBody } from '../http/bindings.js';
import type { FetchApp } from '../http/listen.js';
import { checkPreconditions, parsePreconditions } from './preconditions.js';
import { invalid, StorageApiError } from './api-error.js';
import { openContent, removeContent, writeContent } from './content.js';
import { download } from './download.js';
import { parseBoundary, parseObject, readMultipart } from './multipart.js';
import type { Expected, ObjectFields, ObjectTable, StoredObject } from './object-store.js';
import { checkObjectName, createObjectTable, mergeFields } from './object-store.js';
import { formatBucket, formatObject } from './resource.js';
import { createUploadSessions, parseContentRange } from './resumable.js';

/** A Cloud Storage that answers the JSON API. */
export interface StorageApi {
  readonly app: FetchApp;
  readonly objects: ObjectTable;
  /** Gives back what unfinished uploads hold; the content files stay in the folder. */
  close(): Promise<void>;
}

interface Call {
  readonly method: string;
  /** Path below the prefix, split at slashes, each part decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** `http://HOST` as the client wrote it. */
  readonly base: string;
  readonly context: Context<NodeEnv>;
}

const UPLOAD = /^\/(?:resumable\/)?upload\/storage\/v1\//;
const PREFIX = /^(?:\/download)?\/storage\/v1\/|^\/download\/(?=b\/)|^\/(?=b(?:\/|$))/;
const EMPTY: AsyncIterable<Uint8Array> = { async *[Symbol.asyncIterator]() {} };

/**
 * The JSON API of Cloud Storage, with and without `/storage/v1`, and `GET /BUCKET/OBJECT`.
 *
 * @param options.dir Existing folder for the objects' content; metadata is in memory.
 * @param options.newId Makes the ids of upload sessions.
 * @see https://cloud.google.com/storage/docs/json_api/v1
 */
export function createStorageApi(options: {
  readonly dir: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly newId: () => string;
}): StorageApi {
  const objects = createObjectTable(options);
  const sessions = createUploadSessions(objects);
  const app = new Hono<NodeEnv>();

  app.onError((error, context) => {
    if (!(error instanceof StorageApiError)) {
      const message = 'Backend Error';
      const errors = [{ message, domain: 'global', reason: 'backendError' }];
      return context.json({ error: { code: 500, message, errors } }, 500);
    }
    if (error.status === 304) return context.body(null, 304);
    // The media endpoint answers in plain text.
    const { searchParams } = new URL(context.req.url);
    if (searchParams.get('alt') === 'media') return new Response(error.message, { status: error.status });
    return Response.json(error.toJSON(), { status: error.status });
  });

  app.all('*', async (context) => {
    const raw = context.env.incoming.url ?? '/';
    const at = raw.indexOf('?');
    const path = at < 0 ? raw : raw.slice(0, at);
    const query = new URLSearchParams(at < 0 ? '' : raw.slice(at + 1));
    const base = `http://${context.req.header('host') ?? '127.0.0.1'}`;
    const call = (prefix: RegExp): Call => {
      return { method: context.req.method, path: decodePath(path.replace(prefix, '')), query, base, context };
    };
    if (UPLOAD.test(path)) return upload(call(UPLOAD));
    if (PREFIX.test(path)) return answer(call(PREFIX));
    return readPublic(call(/^\//));
  });

  async function answer(call: Call): Promise<Response> {
    const { path } = call;
    const [b, bucket, o, name, action, ...rest] = path;
    if (b !== 'b') throw new StorageApiError(404, 'notFound', 'Not Found');
    if (bucket === undefined) return answerBuckets(call);
    if (o === undefined) return answerBucket(call, bucket);
    if (o === 'storageLayout' && name === undefined) return answerStorageLayout(call, bucket);
    if (o === 'iam') return Response.json({ kind: 'storage#policy', bindings: [], etag: 'CAE=' });
    if (o !== 'o') throw new StorageApiError(404, 'notFound', 'Not Found');
    if (name === undefined) return listObjects(call, bucket);
    if (action === undefined) return answerObject(call, bucket, name);
    if (call.method === 'POST' && action === 'compose') return compose(call, bucket, name);
    if (call.method === 'POST' && (action === 'rewriteTo' || action === 'copyTo')) {
      const [tob, toBucket, too, toName, more] = rest;
      if (tob === 'b' && too === 'o' && toBucket !== undefined && toName !== undefined && more === undefined) {
        return copy(call, { bucket, name }, { bucket: toBucket, name: toName }, action);
      }
    }
    throw new StorageApiError(404, 'notFound', 'Not Found');
  }

  async function readJson({ context }: Call): Promise<Record<string, unknown>> {
    const text = await readBody(context.env.incoming);
    if (text === undefined) throw new StorageApiError(413, 'uploadTooLarge', 'Request body is too large.');
    return parseObject(text);
  }

  async function answerBuckets(call: Call): Promise<Response> {
    const { method, query, base } = call;
    if (method === 'GET') {
      const items = objects.listBuckets(query.get('prefix') ?? '').map((bucket) => formatBucket(bucket, base));
      return Response.json({ kind: 'storage#buckets', ...(items.length === 0 ? {} : { items }) });
    }
    if (method !== 'POST') throw notAllowed();
    const { name, ...fields } = await readJson(call);
    if (typeof name !== 'string') throw new StorageApiError(400, 'required', 'Required parameter: name', 'name');
    return Response.json(formatBucket(objects.createBucket(name, fields), base));
  }

  async function answerBucket(call: Call, name: string): Promise<Response> {
    const { method, base } = call;
    if (method === 'GET') return Response.json(formatBucket(objects.bucket(name), base));
    if (method === 'PATCH') return Response.json(formatBucket(objects.patchBucket(name, await readJson(call)), base));
    if (method !== 'DELETE') throw notAllowed();
    objects.deleteBucket(name);
    return new Response(null, { status: 204 });
  }

  /** gcloud asks for it before it lists or writes. @see https://cloud.google.com/storage/docs/json_api/v1/buckets/getStorageLayout */
  function answerStorageLayout({ method, base }: Call, name: string): Response {
    if (method !== 'GET') throw notAllowed();
    const { location, locationType } = formatBucket(objects.bucket(name), base);
    return Response.json({ kind: 'storage#storageLayout', bucket: name, location, locationType });
  }

  function listObjects({ method, query, base }: Call, bucket: string): Response {
    if (method !== 'GET') throw notAllowed();
    const limit = Number(query.get('maxResults') ?? 1000);
    if (!Number.isInteger(limit) || limit < 0) throw invalid('Invalid argument: maxResults', 'maxResults');
    const text = (name: string) => query.get(name) || undefined;
    const listing = objects.list(bucket, {
      prefix: text('prefix'),
      delimiter: text('delimiter'),
      includeTrailingDelimiter: query.get('includeTrailingDelimiter') === 'true',
      startOffset: text('startOffset'),
      endOffset: text('endOffset'),
      pageToken: text('pageToken'),
      maxResults: limit === 0 ? 1000 : Math.min(limit, 1000),
    });
    const items = listing.objects.map((object) => formatObject(object, base));
    return Response.json({
      kind: 'storage#objects',
      ...(listing.nextPageToken === undefined ? {} : { nextPageToken: listing.nextPageToken }),
      ...(listing.prefixes.length === 0 ? {} : { prefixes: listing.prefixes }),
      ...(items.length === 0 ? {} : { items }),
    });
  }

  async function answerObject(call: Call, bucket: string, name: string): Promise<Response> {
    const { method, query, base } = call;
    const generation = parseGeneration(query, 'generation');
    const preconditions = parsePreconditions(query);
    if (method === 'GET' || method === 'HEAD') {
      const object = objects.get(bucket, name, generation);
      checkPreconditions(object, preconditions, { reading: true });
      if (query.get('alt') === 'media') return sendMedia(call, object);
      return Response.json(formatObject(object, base), {
        headers: { etag: String(formatObject(object, base)['etag']) },
      });
    }
    if (method === 'DELETE') {
      objects.delete(bucket, name, { generation, preconditions });
      return new Response(null, { status: 204 });
    }
    if (method !== 'PATCH' && method !== 'PUT') throw notAllowed();
    const change = await readJson(call);
    // PUT sets all fields, PATCH those that are named.
    const fields = (before: ObjectFields) => mergeFields(method === 'PUT' ? {} : before, change);
    return Response.json(formatObject(objects.patch(bucket, name, { fields, preconditions }), base));
  }

  function sendMedia({ context, method }: Call, object: StoredObject): Promise<Response> {
    return download(object, {
      range: context.req.header('range'),
      acceptEncoding: context.req.header('accept-encoding'),
      head: method === 'HEAD',
    });
  }

  function readPublic(call: Call): Response | Promise<Response> {
    const [bucket = '', ...parts] = call.path;
    const name = parts.join('/');
    if (bucket === '' || name === '') throw new StorageApiError(404, 'notFound', 'Not Found');
    if (call.method !== 'GET' && call.method !== 'HEAD') throw notAllowed();
    return sendMedia(call, objects.get(bucket, name));
  }

  async function copy(
    call: Call,
    from: { readonly bucket: string; readonly name: string },
    to: { readonly bucket: string; readonly name: string },
    action: 'rewriteTo' | 'copyTo',
  ): Promise<Response> {
    const { query, base } = call;
    const source = objects.get(from.bucket, from.name, parseGeneration(query, 'sourceGeneration'));
    checkPreconditions(source, parsePreconditions(query, 'Source'));
    const preconditions = parsePreconditions(query);
    checkPreconditions(objects.find(to.bucket, to.name), preconditions);
    const change = await readJson(call);
    const content = await writeContent(objects.newFile(), await openContent(source.content));
    // Without metadata in the request the copy gets the source's.
    const fields = Object.keys(change).length === 0 ? source.fields : mergeFields({}, change);
    const kept = { ...content, md5: source.content.md5 };
    const object = await putOrRemove(to, kept, { fields, preconditions });
    const resource = formatObject(object, base);
    if (action === 'copyTo') return Response.json(resource);
    const size = String(content.sizeBytes);
    return Response.json({
      kind: 'storage#rewriteResponse',
      totalBytesRewritten: size,
      objectSize: size,
      done: true,
      resource,
    });
  }

  async function compose(call: Call, bucket: string, name: string): Promise<Response> {
    const { query, base } = call;
    const { sourceObjects, destination } = await readJson(call);
    if (!Array.isArray(sourceObjects) || sourceObjects.length === 0) {
      throw new StorageApiError(400, 'required', 'You must provide at least one source component.');
    }
    if (sourceObjects.length > 32) {
      throw invalid(`The number of source components provided (${sourceObjects.length}) exceeds the maximum (32).`);
    }
    const sources = sourceObjects.map((item: unknown) => {
      const { name: part, generation, objectPreconditions } = item as Record<string, unknown>;
      if (typeof part !== 'string') throw new StorageApiError(400, 'required', 'Required', 'sourceObjects[].name');
      const source = objects.get(bucket, part, typeof generation === 'string' ? BigInt(generation) : undefined);
      const { ifGenerationMatch } = (objectPreconditions ?? {}) as Record<string, unknown>;
      if (ifGenerationMatch !== undefined) {
        checkPreconditions(source, { generation: BigInt(String(ifGenerationMatch)) });
      }
      return source;
    });
    const preconditions = parsePreconditions(query);
    checkPreconditions(objects.find(bucket, name), preconditions);
    async function* readAll(): AsyncGenerator<Uint8Array> {
      for (const source of sources) yield* await openContent(source.content);
    }
    const content = await writeContent(objects.newFile(), readAll());
    const fields = mergeFields(
      { contentType: sources[0]?.fields.contentType },
      (destination ?? {}) as Record<string, unknown>,
    );
    const componentCount = sources.reduce((sum, source) => sum + (source.componentCount ?? 1), 0);
    const target = { bucket, name, componentCount };
    const object = await putOrRemove(target, { ...content, md5: undefined }, { fields, preconditions });
    return Response.json(formatObject(object, base));
  }

  /** What the table refuses leaves no file behind. */
  async function putOrRemove(...request: Parameters<ObjectTable['put']>): Promise<StoredObject> {
    try {
      return objects.put(...request);
    } catch (refusal) {
      await removeContent(request[1]);
      throw refusal;
    }
  }

  async function upload(call: Call): Promise<Response> {
    const { method, path, query, context } = call;
    const [b, bucket, o, more] = path;
    if (b !== 'b' || bucket === undefined || o !== 'o' || more !== undefined) {
      throw new StorageApiError(404, 'notFound', 'Not Found');
    }
    const id = query.get('upload_id');
    if (id !== null && method === 'PUT') return putPiece(call, id);
    if (id !== null && method === 'DELETE') {
      await sessions.cancel(id);
      // Not an error: the code the real service answers a cancelled upload with.
      return new Response(null, { status: 499 });
    }
    if (method !== 'POST') throw notAllowed();
    objects.bucket(bucket);
    const { incoming } = context.env;
    const type = query.get('uploadType');
    if (type === 'resumable') return startSession(call, bucket);
    if (type === 'media') {
      return store(call, bucket, {}, context.req.header('content-type'), incoming);
    }
    if (type !== 'multipart') throw invalid(`Invalid upload type: ${type}`, 'uploadType');
    const { metadata, contentType, data } = await readMultipart(
      incoming,
      parseBoundary(context.req.header('content-type') ?? ''),
    );
    return store(call, bucket, metadata, contentType, data);
  }

  function describe(
    { query }: Call,
    bucket: string,
    metadata: Readonly<Record<string, unknown>>,
    contentType: string | undefined,
  ) {
    const name = query.get('name') ?? metadata['name'];
    if (typeof name !== 'string') throw new StorageApiError(400, 'required', 'Required parameter: name', 'name');
    checkObjectName(name);
    const preconditions = parsePreconditions(query);
    checkPreconditions(objects.find(bucket, name), preconditions);
    const encoding = query.get('contentEncoding');
    const first = { contentType, ...(encoding === null ? {} : { contentEncoding: encoding }) };
    const expected: Expected = Object.fromEntries(
      ['md5Hash', 'crc32c'].flatMap((key) => (typeof metadata[key] === 'string' ? [[key, metadata[key]]] : [])),
    );
    return { target: { bucket, name }, fields: mergeFields(dropUndefined(first), metadata), expected, preconditions };
  }

  async function store(
    call: Call,
    bucket: string,
    metadata: Readonly<Record<string, unknown>>,
    contentType: string | undefined,
    data: AsyncIterable<Uint8Array>,
  ): Promise<Response> {
    const { target, fields, expected, preconditions } = describe(call, bucket, metadata, contentType);
    const content = await writeContent(objects.newFile(), data);
    const object = await putOrRemove(target, content, { fields, expected, preconditions });
    return Response.json(formatObject(object, call.base));
  }

  async function startSession(call: Call, bucket: string): Promise<Response> {
    const { query, base, context } = call;
    const metadata = await readJson(call);
    const contentType = context.req.header('x-upload-content-type');
    const id = options.newId();
    sessions.start({ id, ...describe(call, bucket, metadata, contentType) });
    const location = new URL(`/upload/storage/v1/b/${bucket}/o`, base);
    for (const [key, value] of query) location.searchParams.append(key, value);
    location.searchParams.set('upload_id', id);
    return new Response(null, { headers: { location: location.href, 'x-guploader-uploadid': id } });
  }

  async function putPiece(call: Call, id: string): Promise<Response> {
    const { incoming } = call.context.env;
    const header = incoming.headers['content-range'];
    const range = header === undefined ? { start: 0, last: undefined, total: undefined } : parseContentRange(header);
    const state = await sessions.put(id, range, range.start === undefined ? EMPTY : incoming);
    if (state.done) return Response.json(formatObject(state.object, call.base));
    const headers = new Headers({ 'x-guploader-uploadid': id });
    if (state.receivedBytes > 0) headers.set('range', `bytes=0-${state.receivedBytes - 1}`);
    return new Response(null, { status: 308, headers });
  }

  return { app, objects, close: () => sessions.close() };
}

function notAllowed(): StorageApiError {
  return new StorageApiError(405, 'methodNotAllowed', 'Method Not Allowed');
}

function decodePath(path: string): string[] {
  const parts = path.replace(/\/$/, '').split('/');
  try {
    return parts.map((part) => decodeURIComponent(part));
  } catch {
    throw invalid('Malformed percent-encoding in the path.');
  }
}

function parseGeneration(query: URLSearchParams, name: string): bigint | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,19}$/.test(text)) throw invalid(`Invalid argument: ${name}`, name);
  return BigInt(text);
}

function dropUndefined<T extends object>(value: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
