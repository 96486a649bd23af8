import { StorageError } from './errors.js';

/** One place in Cloud Storage. Plain data: compare and serialise it as it is. */
export interface GsUri {
  readonly scheme: 'gs';
  /** Bucket name without `gs://`. Never empty. */
  readonly bucket: string;
  /** Object name or prefix, no slash added or removed. `''` is the bucket itself. */
  readonly object: string;
}

const GS_URI = /^gs:\/\/(?<bucket>[^/]*)(?:\/(?<object>[^\r\n]*))?$/;
// Looser than the service (dotted names have more rules): it rejects what can
// never exist and leaves the rest for the server to answer.
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/**
 * Parses `gs://BUCKET[/OBJECT]`.
 *
 * The object part is kept character for character. Cloud Storage has no folders, so `a//b` and `a/../b` are names of
 * their own and stay as they are.
 *
 * @throws {StorageError} `INVALID_URI` when the scheme is not `gs:`, the bucket name cannot exist, or the object part
 * holds a line break.
 * @see https://cloud.google.com/storage/docs/buckets#naming
 */
export function parseGsUri(uri: string): GsUri {
  const { bucket = '', object = '' } = GS_URI.exec(uri)?.groups ?? {};
  if (!BUCKET.test(bucket)) {
    throw new StorageError('INVALID_URI', `not a Cloud Storage URI: ${JSON.stringify(uri)}`, {
      uri,
      hint: 'Write it as gs://BUCKET/OBJECT, the bucket in lower case and 3 or more characters long.',
    });
  }
  return { scheme: 'gs', bucket, object };
}

/** Inverse of {@link parseGsUri}: `parseGsUri(formatGsUri(x))` equals `x`. */
export function formatGsUri({ bucket, object }: Pick<GsUri, 'bucket' | 'object'>): string {
  return object === '' ? `gs://${bucket}` : `gs://${bucket}/${object}`;
}
