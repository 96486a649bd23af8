import { PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, File, FileMetadata, Storage } from '@google-cloud/storage';
import { contentTypeOf } from '../content-type.js';
import type { StorageError } from '../errors.js';
import { formatGsUri, type GsUri } from '../gs-uri.js';
import type { Backend, ObjectInfo, WriteOptions } from '../object-store.js';
import { gsError, statusOf } from './gs-errors.js';

/** Bytes of a request of a resumable upload; after an interruption, only the last one is sent again. */
const CHUNK_BYTES = 8 * 1024 * 1024;
const IDLE_TIMEOUT_MS = 60_000;

export interface GsOptions {
  /** `http://HOST:PORT` of a stand-in; reached without credentials. @default the service */
  readonly apiEndpoint?: string;
  readonly projectId?: string;
  /**
   * How often a request is repeated that met a 408, 429, 5xx or a lost connection. The pause starts at a second and
   * doubles. @default 3
   */
  readonly maxRetries?: number;
  /** Longest pause between two pieces of an object that is read, in milliseconds; then it fails. @default 60_000 */
  readonly idleTimeoutMs?: number;
}

/** Cloud Storage, which also copies by itself. */
export interface GsBackend extends Backend<GsUri> {
  /** Keeps content type and metadata unless others are given. */
  copy(from: GsUri, to: GsUri, options: WriteOptions): Promise<ObjectInfo>;
}

/** Cloud Storage. The client is loaded at the first use. */
export function createGsBackend(options: GsOptions): GsBackend {
  const { idleTimeoutMs = IDLE_TIMEOUT_MS } = options;
  let client: Promise<Storage> | undefined;
  const storage = (): Promise<Storage> => (client ??= createClient(options));
  const bucketOf = async ({ bucket }: GsUri): Promise<Bucket> => (await storage()).bucket(bucket);
  const fileOf = async (place: GsUri): Promise<File> => (await bucketOf(place)).file(place.object);

  return {
    async read(place, range = {}) {
      const file = await fileOf(place);
      const stream = file.createReadStream({
        ...range,
        // A part has no checksum of its own.
        validation: range.start === undefined && range.end === undefined,
      });
      return started(stream, { describe: (error) => gsError('read', place, error), idleTimeoutMs });
    },
    async write(place, body, writeOptions) {
      try {
        const file = await fileOf(place);
        const settings = {
          metadata: metadataOf(place, writeOptions),
          ...preconditions(writeOptions.ifGenerationMatch),
        };
        if (body instanceof Readable) {
          await pipeline(body, file.createWriteStream({ ...settings, resumable: true, chunkSize: CHUNK_BYTES }), {
            ...(writeOptions.signal === undefined ? {} : { signal: writeOptions.signal }),
          });
        } else {
          writeOptions.signal?.throwIfAborted();
          const data =
            typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
          await file.save(data, {
            ...settings,
            ...(data.length > CHUNK_BYTES ? { resumable: true, chunkSize: CHUNK_BYTES } : { resumable: false }),
          });
        }
        return infoOf(place.bucket, file.metadata, place.object);
      } catch (error) {
        writeOptions.signal?.throwIfAborted();
        throw gsError('write', place, error);
      }
    },
    async *list(place) {
      const bucket = await bucketOf(place);
      try {
        for await (const file of bucket.getFilesStream({ prefix: place.object }) as AsyncIterable<File>) {
          yield infoOf(place.bucket, file.metadata, file.name);
        }
      } catch (error) {
        throw gsError('list', place, error);
      }
    },
    async *listFolders(place) {
      const bucket = await bucketOf(place);
      const prefix = place.object === '' || place.object.endsWith('/') ? place.object : `${place.object}/`;
      let pageToken: string | undefined;
      do {
        const page = await bucket
          .getFiles({ prefix, delimiter: '/', autoPaginate: false, ...(pageToken === undefined ? {} : { pageToken }) })
          .catch((error: unknown) => {
            throw gsError('list', place, error);
          });
        const answer = page[2] as { prefixes?: readonly string[]; nextPageToken?: string } | undefined;
        for (const object of answer?.prefixes ?? []) yield formatGsUri({ bucket: place.bucket, object });
        pageToken = answer?.nextPageToken;
      } while (pageToken !== undefined);
    },
    async copy(from, to, { contentType, cacheControl, metadata, ifGenerationMatch, signal }) {
      signal?.throwIfAborted();
      try {
        const target = await fileOf(to);
        const [, answer] = await (
          await fileOf(from)
        ).copy(target, {
          ...(contentType === undefined ? {} : { contentType }),
          ...(cacheControl === undefined ? {} : { cacheControl }),
          ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
          ...preconditions(ifGenerationMatch),
        });
        const { resource } = answer as { readonly resource?: FileMetadata };
        return infoOf(to.bucket, resource ?? (await target.getMetadata())[0], to.object);
      } catch (error) {
        throw gsError('copy', from, error);
      }
    },
    async stat(place) {
      try {
        const [metadata] = await (await fileOf(place)).getMetadata();
        return infoOf(place.bucket, metadata, place.object);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw gsError('stat', place, error);
      }
    },
    async delete(place, { ifGenerationMatch, ignoreMissing = false }) {
      try {
        await (
          await fileOf(place)
        ).delete({
          ignoreNotFound: ignoreMissing,
          ...(ifGenerationMatch === undefined ? {} : { ifGenerationMatch }),
        });
      } catch (error) {
        throw gsError('delete', place, error);
      }
    },
  };
}

async function createClient({ apiEndpoint, projectId, maxRetries }: GsOptions): Promise<Storage> {
  const { IdempotencyStrategy, Storage: Client } = await import('@google-cloud/storage');
  const client = new Client({
    ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
    ...(projectId === undefined ? {} : { projectId }),
    retryOptions: {
      // Every write here is of a whole object, so a repeated one changes nothing. With the default strategy, one upload
      // without a precondition switches retries off for the whole client (measured with 7.22).
      idempotencyStrategy: IdempotencyStrategy.RetryAlways,
      // Zero alone would be taken for the default by some calls.
      ...(maxRetries === undefined ? {} : { maxRetries, autoRetry: maxRetries > 0 }),
    },
  });
  // The client lets STORAGE_EMULATOR_HOST of the process win over the endpoint that it was given, for all but uploads.
  if (apiEndpoint !== undefined) client.baseUrl = `${client.apiEndpoint}/storage/v1`;
  return client;
}

/**
 * Resolves once the answer has begun, so that a missing object is an error here and not somewhere in the stream. What
 * goes wrong later ends the stream with an error in the same shape.
 */
function started(
  source: Readable,
  options: { readonly describe: (error: unknown) => StorageError; readonly idleTimeoutMs: number },
): Promise<Readable> {
  const { describe, idleTimeoutMs } = options;
  return new Promise((resolve, reject) => {
    const stream = new PassThrough();
    const fail = (error: unknown): void => {
      stream.destroy(describe(error));
    };
    source.once('response', () => {
      source.off('error', refuse).once('error', fail);
      endWhenIdle(source, stream, { idleTimeoutMs, onIdle: fail });
      resolve(stream);
    });
    const refuse = (error: unknown): void => {
      reject(describe(error));
      stream.destroy();
    };
    source.once('error', refuse);
    // Whoever reads the stream gets the error then, too; until then it is nobody's.
    stream.on('error', () => {});
    stream.once('close', () => source.destroy());
    source.pipe(stream);
  });
}

/**
 * The client's HTTP library does not notice a connection that is lost in the middle of an answer of known length
 * (measured with 7.22 and node-fetch 2.7): its stream then neither goes on nor ends.
 */
function endWhenIdle(
  source: Readable,
  stream: PassThrough,
  options: { readonly idleTimeoutMs: number; readonly onIdle: (error: Error) => void },
): void {
  const { idleTimeoutMs, onIdle } = options;
  const check = (): void => {
    // A reader that takes its time is no lost connection.
    if (stream.writableNeedDrain) timer.refresh();
    else onIdle(Object.assign(new Error(`nothing came for ${idleTimeoutMs} ms`), { code: 'ETIMEDOUT' }));
  };
  const timer = setTimeout(check, idleTimeoutMs);
  source.on('data', () => timer.refresh());
  stream.once('drain', () => timer.refresh());
  for (const event of ['end', 'close'] as const) source.once(event, () => clearTimeout(timer));
  stream.once('close', () => clearTimeout(timer));
}

function metadataOf(place: GsUri, { contentType, cacheControl, metadata }: WriteOptions): FileMetadata {
  return {
    contentType: contentType ?? contentTypeOf(place.object),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
  };
}

function preconditions(ifGenerationMatch: string | undefined) {
  return ifGenerationMatch === undefined ? {} : { preconditionOpts: { ifGenerationMatch } };
}

function infoOf(bucket: string, metadata: FileMetadata, object: string): ObjectInfo {
  const custom = Object.entries(metadata.metadata ?? {}).map(([key, value]) => [key, String(value)] as const);
  return {
    uri: formatGsUri({ bucket, object }),
    name: object,
    sizeBytes: Number(metadata.size ?? 0),
    generation: String(metadata.generation ?? ''),
    updatedMs: Date.parse(metadata.updated ?? '') || 0,
    ...(metadata.contentType === undefined ? {} : { contentType: metadata.contentType }),
    metadata: Object.fromEntries(custom),
  };
}
