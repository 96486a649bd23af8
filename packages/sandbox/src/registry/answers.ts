import type { IncomingHttpHeaders } from 'node:http';
import { RegistryError } from './registry-error.js';

/** In every answer. */
export const VERSION = { 'docker-distribution-api-version': 'registry/2.0' };

/** Of a method that the path has not. */
export function unsupported(): RegistryError {
  return new RegistryError('UNSUPPORTED', 'The operation is unsupported.');
}

/** A blob is in its place. */
export function created(name: string, digest: string): Response {
  const headers = { ...VERSION, location: `/v2/${name}/blobs/${digest}`, 'docker-content-digest': digest };
  return new Response(null, { status: 201, headers });
}

/** An upload goes on. */
export function accepted(name: string, id: string, sizeBytes: number, status: 202 | 204 = 202): Response {
  const headers = {
    ...VERSION,
    location: `/v2/${name}/blobs/uploads/${id}`,
    range: rangeOf(sizeBytes),
    'docker-upload-uuid': id,
  };
  return new Response(null, { status, headers });
}

/**
 * A chunk must begin where the last one ended, and be as long as it says. Without a range it is a stream of any length.
 *
 * @throws {RegistryError} `BLOB_UPLOAD_INVALID` (416), `SIZE_INVALID`
 */
export function checkChunk(headers: IncomingHttpHeaders, sizeBytes: number, location: string): void {
  const { 'content-range': range, 'content-length': length } = headers;
  if (range === undefined) return;
  const { start, end } = /^(?<start>\d+)-(?<end>\d+)$/.exec(range)?.groups ?? {};
  if (Number(start) !== sizeBytes || Number(end) < sizeBytes) {
    throw new RegistryError('BLOB_UPLOAD_INVALID', 'invalid content range', {
      status: 416,
      headers: { location, range: rangeOf(sizeBytes) },
    });
  }
  if (length !== undefined && Number(length) !== Number(end) - sizeBytes + 1) {
    throw new RegistryError('SIZE_INVALID', 'provided length did not match content length', {
      detail: { range, length },
    });
  }
}

/** What has come so far. A real registry says 0-0 for nothing, too. */
function rangeOf(sizeBytes: number): string {
  return `0-${Math.max(0, sizeBytes - 1)}`;
}

/** One page of names. */
export function cut(names: readonly string[], n: string | undefined, last: string | undefined) {
  const after = last === undefined ? names : names.filter((name) => name > last);
  if (n === undefined || !/^\d+$/.test(n)) return { page: after, next: undefined };
  const page = after.slice(0, Number(n));
  return { page, next: after.length > page.length && page.length > 0 ? { n, last: page.at(-1) ?? '' } : undefined };
}

/** Where the next page is. */
export function link(
  path: string,
  next: { readonly n: string; readonly last: string } | undefined,
): Record<string, string> {
  if (next === undefined) return {};
  return { link: `<${path}?n=${next.n}&last=${encodeURIComponent(next.last)}>; rel="next"` };
}
