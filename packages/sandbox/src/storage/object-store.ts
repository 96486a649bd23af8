import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { invalid, noSuchBucket, noSuchObject, StorageApiError } from './api-error.js';
import { removeContent, type Content } from './content.js';
import { formatCrc32c } from './crc32c.js';
import type { Preconditions } from './preconditions.js';
import { checkPreconditions } from './preconditions.js';

/** A bucket. */
export interface Bucket {
  readonly name: string;
  readonly timeCreatedMs: number;
  readonly metageneration: bigint;
  /** Fields that are kept and given back as they are: labels, location, storageClass, … */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** One version of an object: replaced, never changed. */
export interface StoredObject {
  readonly bucket: string;
  readonly name: string;
  readonly generation: bigint;
  readonly metageneration: bigint;
  readonly content: Content;
  readonly timeCreatedMs: number;
  readonly updatedMs: number;
  readonly componentCount?: number;
  readonly fields: ObjectFields;
}

/** What a client may set on an object. */
export interface ObjectFields {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly storageClass?: string;
  readonly customTime?: string;
  readonly temporaryHold?: boolean;
  readonly eventBasedHold?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

const textFields = [
  'contentType',
  'cacheControl',
  'contentDisposition',
  'contentEncoding',
  'contentLanguage',
  'storageClass',
  'customTime',
] as const;
const flagFields = ['temporaryHold', 'eventBasedHold'] as const;

/**
 * Lays a client's JSON over an object's fields: absent stays, `null` removes, `metadata` is merged key by key.
 *
 * @throws {StorageApiError} 400 for a field of the wrong type.
 */
export function mergeFields(before: ObjectFields, change: Readonly<Record<string, unknown>>): ObjectFields {
  const after: Record<string, unknown> = { ...before };
  for (const name of [...textFields, ...flagFields]) {
    const value = change[name];
    if (value === undefined) continue;
    if (value === null) {
      delete after[name];
      continue;
    }
    if (typeof value !== ((flagFields as readonly string[]).includes(name) ? 'boolean' : 'string')) {
      throw invalid(`Invalid value for: ${name}`, name);
    }
    after[name] = value;
  }
  const { metadata } = change;
  if (metadata === null) delete after['metadata'];
  else if (metadata !== undefined) {
    if (typeof metadata !== 'object' || Array.isArray(metadata))
      throw invalid('Invalid value for: metadata', 'metadata');
    const merged: Record<string, string> = Object.assign(Object.create(null), before.metadata);
    for (const [key, value] of Object.entries(metadata)) {
      if (value === null) delete merged[key];
      else merged[key] = String(value);
    }
    after['metadata'] = merged;
  }
  return after;
}

/** What a listing of a bucket gives. */
export interface Listing {
  /** In the byte order of their names. */
  readonly objects: readonly StoredObject[];
  readonly prefixes: readonly string[];
  readonly nextPageToken: string | undefined;
}

export interface ListRequest {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly includeTrailingDelimiter?: boolean;
  /** First name that may be listed. */
  readonly startOffset?: string;
  /** First name that may not be listed any more. */
  readonly endOffset?: string;
  readonly pageToken?: string;
  /** Objects and prefixes together. */
  readonly maxResults: number;
}

/** Buckets and objects: metadata in memory, content in files. */
export interface ObjectTable {
  createBucket(name: string, fields?: Readonly<Record<string, unknown>>): Bucket;
  bucket(name: string): Bucket;
  patchBucket(name: string, change: Readonly<Record<string, unknown>>): Bucket;
  deleteBucket(name: string): void;
  listBuckets(prefix?: string): readonly Bucket[];
  /** A file name that nothing uses yet, for new content. */
  newFile(): string;
  /** The live version, or `undefined`. @throws {StorageApiError} 404 without the bucket. */
  find(bucket: string, name: string): StoredObject | undefined;
  /** The live version. @throws {StorageApiError} 404; also when `generation` is another. */
  get(bucket: string, name: string, generation?: bigint): StoredObject;
  /** Makes a new live version; its content file belongs to the table from then on. @throws {StorageApiError} 412, 404, 400 */
  put(
    target: { readonly bucket: string; readonly name: string; readonly componentCount?: number },
    content: Content,
    options: { readonly fields: ObjectFields; readonly expected?: Expected; readonly preconditions: Preconditions },
  ): StoredObject;
  /** Changes metadata: same generation, next metageneration. */
  patch(
    bucket: string,
    name: string,
    options: { readonly fields: (before: ObjectFields) => ObjectFields; readonly preconditions: Preconditions },
  ): StoredObject;
  delete(
    bucket: string,
    name: string,
    options: { readonly generation?: bigint; readonly preconditions: Preconditions },
  ): void;
  list(bucket: string, request: ListRequest): Listing;
}

/** Hashes a client says the content must have. */
export interface Expected {
  readonly md5Hash?: string;
  readonly crc32c?: string;
}

const BUCKET = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/** Names the real service refuses. @see https://cloud.google.com/storage/docs/objects#naming */
export function checkObjectName(name: string): void {
  const bytes = Buffer.byteLength(name);
  const refused = bytes === 0 || bytes > 1024 || name === '.' || name === '..' || /[\r\n]/.test(name);
  if (refused) throw invalid(`Invalid object name: ${JSON.stringify(name.slice(0, 80))}`, 'name');
}

function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function encodeToken(name: string): string {
  return Buffer.from(name).toString('base64url');
}

function decodeToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString('utf8');
  if (encodeToken(name) !== token) throw invalid('Invalid argument: pageToken', 'pageToken');
  return name;
}

/** An empty table whose content files lie in `dir`, which must exist. */
export function createObjectTable(options: { readonly dir: string; readonly clock: Pick<Clock, 'now'> }): ObjectTable {
  const { dir, clock } = options;
  const buckets = new Map<string, { info: Bucket; readonly objects: Map<string, StoredObject>; sorted?: string[] }>();
  let lastGeneration = 0n;

  const nextGeneration = () => {
    const now = BigInt(Math.floor(clock.now() * 1000));
    lastGeneration = now > lastGeneration ? now : lastGeneration + 1n;
    return lastGeneration;
  };
  const slot = (name: string) => {
    const found = buckets.get(name);
    if (found === undefined) throw noSuchBucket();
    return found;
  };
  const forget = (object: StoredObject | undefined) => {
    // Readers hold the file open: on the systems this runs on, they read on.
    if (object !== undefined) void removeContent(object.content);
  };
  const get = (bucket: string, name: string, generation?: bigint) => {
    const object = slot(bucket).objects.get(name);
    if (object === undefined || (generation !== undefined && generation !== object.generation)) {
      throw noSuchObject(bucket, name);
    }
    return object;
  };

  return {
    createBucket(name, fields = {}) {
      if (!BUCKET.test(name)) throw invalid(`Invalid bucket name: '${name}'`, 'name');
      if (buckets.has(name)) {
        const message = 'Your previous request to create the named bucket succeeded and you already own it.';
        throw new StorageApiError(409, 'conflict', message);
      }
      const info = { name, timeCreatedMs: clock.now(), metageneration: 1n, fields };
      buckets.set(name, { info, objects: new Map() });
      return info;
    },
    bucket: (name) => slot(name).info,
    patchBucket(name, change) {
      const found = slot(name);
      const { info } = found;
      found.info = { ...info, metageneration: info.metageneration + 1n, fields: { ...info.fields, ...change } };
      return found.info;
    },
    deleteBucket(name) {
      if (slot(name).objects.size > 0) {
        throw new StorageApiError(409, 'conflict', 'The bucket you tried to delete is not empty.');
      }
      buckets.delete(name);
    },
    listBuckets(prefix = '') {
      const names = [...buckets.keys()].filter((name) => name.startsWith(prefix)).sort(byteOrder);
      return names.map((name) => slot(name).info);
    },
    newFile: () => join(dir, randomUUID()),
    find: (bucket, name) => slot(bucket).objects.get(name),
    get,
    put(target, content, { fields, expected = {}, preconditions }) {
      const { bucket, name } = target;
      const found = slot(bucket);
      checkObjectName(name);
      const before = found.objects.get(name);
      checkPreconditions(before, preconditions);
      if (expected.md5Hash !== undefined && expected.md5Hash !== content.md5) {
        throw invalid(`Provided MD5 hash "${expected.md5Hash}" doesn't match calculated MD5 hash "${content.md5}".`);
      }
      const crc = formatCrc32c(content.crc32c);
      if (expected.crc32c !== undefined && expected.crc32c !== crc) {
        throw invalid(`Provided CRC32C "${expected.crc32c}" doesn't match calculated CRC32C "${crc}".`);
      }
      const now = clock.now();
      const object = {
        ...target,
        generation: nextGeneration(),
        metageneration: 1n,
        content,
        timeCreatedMs: now,
        updatedMs: now,
        fields,
      };
      found.objects.set(name, object);
      if (before === undefined) delete found.sorted;
      forget(before);
      return object;
    },
    patch(bucket, name, { fields, preconditions }) {
      const before = get(bucket, name);
      checkPreconditions(before, preconditions);
      const after = {
        ...before,
        metageneration: before.metageneration + 1n,
        updatedMs: clock.now(),
        fields: fields(before.fields),
      };
      slot(bucket).objects.set(name, after);
      return after;
    },
    delete(bucket, name, { generation, preconditions }) {
      const before = get(bucket, name, generation);
      checkPreconditions(before, preconditions);
      const found = slot(bucket);
      found.objects.delete(name);
      delete found.sorted;
      forget(before);
    },
    list(bucket, request) {
      const found = slot(bucket);
      const { prefix = '', delimiter = '', includeTrailingDelimiter = false } = request;
      const { startOffset, endOffset, pageToken, maxResults } = request;
      const after = pageToken === undefined ? undefined : decodeToken(pageToken);
      const objects: StoredObject[] = [];
      const prefixes = new Set<string>();
      let last: string | undefined;
      found.sorted ??= [...found.objects.keys()].sort(byteOrder);
      for (const name of found.sorted) {
        if (!name.startsWith(prefix)) continue;
        if (startOffset !== undefined && byteOrder(name, startOffset) < 0) continue;
        if (endOffset !== undefined && byteOrder(name, endOffset) >= 0) break;
        const cut = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
        const folder = cut < 0 ? undefined : name.slice(0, cut + delimiter.length);
        // A token is the last name or folder given out; everything in that folder was given with it.
        if (after !== undefined && (byteOrder(name, after) <= 0 || folder === after)) continue;
        const isNew = folder === undefined || !prefixes.has(folder) || (includeTrailingDelimiter && name === folder);
        if (!isNew) continue;
        if (objects.length + prefixes.size >= maxResults) {
          return { objects, prefixes: [...prefixes], nextPageToken: encodeToken(last ?? '') };
        }
        if (folder !== undefined) prefixes.add(folder);
        if (folder === undefined || (includeTrailingDelimiter && name === folder)) objects.push(get(bucket, name));
        last = folder ?? name;
      }
      return { objects, prefixes: [...prefixes], nextPageToken: undefined };
    },
  };
}
