import { StorageError } from './errors.js';
import { type FileUri, formatFileUri, parseFileUri } from './file-uri.js';
import { formatGsUri, type GsUri, parseGsUri } from './gs-uri.js';

/** A place in any store. Told apart by `scheme`. */
export type StorageUri = GsUri | FileUri;

/** @throws {StorageError} `INVALID_URI` for anything but `gs://…` and `file://…`. */
export function parseUri(uri: string, options: { readonly cwd?: string } = {}): StorageUri {
  if (uri.startsWith('gs://')) return parseGsUri(uri);
  if (uri.startsWith('file:')) return parseFileUri(uri, options);
  throw new StorageError('INVALID_URI', `not a URI of an object store: ${JSON.stringify(uri)}`, {
    uri,
    hint: 'Write it as gs://BUCKET/OBJECT or file:///PATH.',
  });
}

/** Inverse of {@link parseUri}. */
export function formatUri(uri: StorageUri): string {
  return uri.scheme === 'gs' ? formatGsUri(uri) : formatFileUri(uri);
}

/** What an error says of a place. */
export function placeFacts(place: StorageUri): {
  readonly uri: string;
  readonly bucket?: string;
  readonly object?: string;
  readonly path?: string;
} {
  const uri = formatUri(place);
  return place.scheme === 'gs' ? { uri, bucket: place.bucket, object: place.object } : { uri, path: place.path };
}

/**
 * Puts names below a URI, one `/` between each; empty parts are left out. The scheme stays, and so does a relative
 * `file://./x`. Parts are names, not URIs: for `file://` they are percent-encoded.
 *
 * @throws {StorageError} `INVALID_URI` for a part with `.` or `..` below `file://`: it would not be below.
 */
export function joinUri(base: string, ...parts: readonly string[]): string {
  const names = parts.map((part) => part.replace(/^\/+/, '')).filter((part) => part !== '');
  const isFile = base.startsWith('file:');
  const outside = isFile ? names.find((name) => /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/.test(name)) : undefined;
  if (outside !== undefined) {
    throw new StorageError('INVALID_URI', `${JSON.stringify(outside)} is not below ${base}`, {
      uri: base,
      hint: 'Leave . and .. out of names.',
    });
  }
  const encoded = isFile ? names.map(encodePath) : names;
  return encoded.reduce((uri, part) => (uri.endsWith('/') ? `${uri}${part}` : `${uri}/${part}`), base);
}

function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment).replace(/%(?:3A|40|2C|2B|3D|24|26)/g, decodeURIComponent))
    .join('/');
}
