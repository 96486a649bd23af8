import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket, File, FileMetadata, Storage } from '@google-cloud/storage';
import { contentTypeOf } from '../content-type.js';
import { formatGsUri, type GsUri } from '../gs-uri.js';
import type { Backend, ObjectInfo, WriteOptions } from '../object-store.js';
import { gsError, statusOf } from './gs-errors.js';

/** Bytes of a request of a resumable upload; after an interruption, only the last one is sent again. */
const CHUNK_BYTES = 8 * 1024 * 1024;

export interface GsOptions {
  /** `http://HOST:PORT` of a stand-in; reached without credentials. @default the service */
  readonly apiEndpoint?: string;
  readonly projectId?: string;
}

/** Cloud Storage. The client is loaded at the first use. */
export function createGsBackend(options: GsOptions): Backend<GsUri> {
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
      return started(stream).catch((error: unknown) => {
        throw gsError('read', place, error);
      });
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
          ...(ifGenerationMatch === undefined ? {} : { ifGenerationMatch: Number(ifGenerationMatch) }),
        });
      } catch (error) {
        throw gsError('delete', place, error);
      }
    },
  };
}

async function createClient({ apiEndpoint, projectId }: GsOptions): Promise<Storage> {
  const { IdempotencyStrategy, Storage: Client } = await import('@google-cloud/storage');
  return new Client({
    ...(apiEndpoint === undefined ? {} : { apiEndpoint }),
    ...(projectId === undefined ? {} : { projectId }),
    // Every write here is of a whole object, so a repeated one changes nothing. With the default strategy, one upload
    // without a precondition switches retries off for the whole client (measured with 7.22).
    retryOptions: { idempotencyStrategy: IdempotencyStrategy.RetryAlways },
  });
}

/** Resolves once the answer has begun, so that a missing object is an error here and not somewhere in the stream. */
function started(stream: Readable): Promise<Readable> {
  return new Promise((resolve, reject) => {
    stream.once('error', reject);
    stream.once('response', () => {
      stream.off('error', reject);
      resolve(stream);
    });
    stream.read(0);
  });
}

function metadataOf(place: GsUri, { contentType, cacheControl, metadata }: WriteOptions): FileMetadata {
  return {
    contentType: contentType ?? contentTypeOf(place.object),
    ...(cacheControl === undefined ? {} : { cacheControl }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
  };
}

function preconditions(ifGenerationMatch: string | undefined) {
  return ifGenerationMatch === undefined ? {} : { preconditionOpts: { ifGenerationMatch: Number(ifGenerationMatch) } };
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
