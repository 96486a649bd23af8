import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { streamBody } from '../http/bindings.js';
import { parseRange } from '../http/range.js';
import { StorageApiError } from './api-error.js';
import { openContent } from './content.js';
import type { StoredObject } from './object-store.js';
import { formatEtag, formatHashes } from './resource.js';

function headersOf(object: StoredObject): Headers {
  const { content, fields } = object;
  const headers = new Headers({
    'content-type': fields.contentType ?? 'application/octet-stream',
    'accept-ranges': 'bytes',
    etag: formatEtag(object),
    'last-modified': new Date(object.updatedMs).toUTCString(),
    'x-goog-generation': String(object.generation),
    'x-goog-metageneration': String(object.metageneration),
    'x-goog-storage-class': fields.storageClass ?? 'STANDARD',
    'x-goog-stored-content-encoding': fields.contentEncoding ?? 'identity',
    'x-goog-stored-content-length': String(content.sizeBytes),
    'x-goog-hash': formatHashes(object),
  });
  const optional = {
    'cache-control': fields.cacheControl,
    'content-disposition': fields.contentDisposition,
    'content-encoding': fields.contentEncoding,
    'content-language': fields.contentLanguage,
  };
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) headers.set(name, value);
  for (const [name, value] of Object.entries(fields.metadata ?? {})) {
    if (/^[\w-]+$/.test(name) && /^[\x20-\x7e]*$/.test(value)) headers.set(`x-goog-meta-${name}`, value);
  }
  return headers;
}

/**
 * Answers with an object's bytes, or a range of them.
 *
 * What is stored as gzip is unpacked for clients that do not take gzip, unless its `Cache-Control` says `no-transform`.
 * Then the length is unknown and a range is left aside; hashes are of the stored bytes all the same.
 *
 * @throws {StorageApiError} 416
 * @see https://cloud.google.com/storage/docs/transcoding
 */
export async function download(
  object: StoredObject,
  request: { readonly range?: string; readonly acceptEncoding?: string; readonly head: boolean },
): Promise<Response> {
  const { content, fields } = object;
  const headers = headersOf(object);
  const isKept = takesGzip(request.acceptEncoding) || /\bno-transform\b/i.test(fields.cacheControl ?? '');
  const unpack = fields.contentEncoding === 'gzip' && !isKept;
  if (unpack) {
    headers.delete('content-encoding');
    headers.set('warning', '214 UploadServer gunzipped');
  }
  const range = unpack ? undefined : parseRange(request.range, content.sizeBytes);
  if (range === 'unsatisfiable') {
    throw new StorageApiError(416, 'requestedRangeNotSatisfiable', 'The requested range cannot be satisfied.', 'range');
  }
  const { start, last } = range ?? { start: 0, last: content.sizeBytes - 1 };
  if (!unpack) headers.set('content-length', String(last - start + 1));
  if (range !== undefined) headers.set('content-range', `bytes ${start}-${last}/${content.sizeBytes}`);
  const status = range === undefined ? 200 : 206;
  if (request.head || last < start) return new Response(null, { status, headers });
  const bytes = await openContent(content, { start, last });
  const body: Readable = unpack ? bytes.pipe(createGunzip()) : bytes;
  return new Response(streamBody(body), { status, headers });
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding */
function takesGzip(header = ''): boolean {
  const weights = new Map(
    header.split(',').map((item) => {
      const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
      return [name, Number(parameters.find((part) => part.startsWith('q='))?.slice(2) ?? 1)] as const;
    }),
  );
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
