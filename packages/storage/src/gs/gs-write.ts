import { createHash } from 'node:crypto';
import { addAbortSignal, Readable } from 'node:stream';
import type { GsUri } from '../gs-uri.js';
import type { ObjectBody, ObjectInfo, WriteOptions } from '../object-store.js';
import { chunksOf } from './body-chunks.js';
import type { GsClient } from './gs-client.js';
import { gsError } from './gs-errors.js';
import { gsInfo, newResource, type GsResource } from './gs-resource.js';
import { uploadInPieces } from './resumable-upload.js';

/** Bytes of a request of an upload in pieces; after an interruption, at most so many are sent again. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/** Writes an object: what fits in one piece with one request, which the service checks against its hash. */
export async function writeObject(
  client: GsClient,
  { place, body }: { readonly place: GsUri; readonly body: ObjectBody },
  options: Omit<WriteOptions, 'gzip'>,
): Promise<ObjectInfo> {
  const { signal, ifGenerationMatch } = options;
  const source = body instanceof Readable && signal !== undefined ? addAbortSignal(signal, body) : body;
  try {
    signal?.throwIfAborted();
    const resource = newResource(place, options);
    const chunks = chunksOf(source, CHUNK_BYTES);
    const { value: first } = await chunks.next();
    if (first === undefined) throw new Error('a body has no pieces');
    const written = first.isLast
      ? await uploadAtOnce(client, { place, resource, data: first.data }, { signal, ifGenerationMatch })
      : await uploadInPieces(client, { place, resource, first, rest: chunks }, { signal, ifGenerationMatch });
    return gsInfo(place, written);
  } catch (error) {
    signal?.throwIfAborted();
    // What the body's own stream fails with is nothing the service said.
    if (body instanceof Readable && body.errored === error) throw error;
    throw gsError('write', place, error);
  } finally {
    if (body instanceof Readable) body.destroy();
  }
}

/** @see https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object-with-multipart */
async function uploadAtOnce(
  client: GsClient,
  upload: { readonly place: GsUri; readonly resource: GsResource; readonly data: Buffer },
  { signal, ifGenerationMatch }: Pick<WriteOptions, 'signal' | 'ifGenerationMatch'>,
): Promise<GsResource> {
  const { place, resource, data } = upload;
  const md5 = createHash('md5').update(data).digest();
  // No content holds its own hash, so this boundary is not in it.
  const boundary = `md5-${md5.toString('hex')}`;
  const json = JSON.stringify({ ...resource, md5Hash: md5.toString('base64') });
  const head = `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${json}\r\n`;
  const parts = [`${head}--${boundary}\r\nContent-Type: ${resource.contentType}\r\n\r\n`, `\r\n--${boundary}--\r\n`];
  const [before, after] = parts.map((part) => Buffer.from(part)) as [Buffer, Buffer];
  const { body } = await client.send(
    {
      method: 'POST',
      path: await client.uploadUrl(place.bucket),
      query: { uploadType: 'multipart', name: place.object, ifGenerationMatch },
      headers: { 'Content-Type': `multipart/related; boundary=${boundary}` },
      body: Buffer.concat([before, data, after]),
    },
    { signal },
  );
  return body as GsResource;
}
