import { open, readdir, stat } from 'node:fs/promises';
import { extname, join, relative, resolve, sep } from 'node:path';
import { contentTypeOf, hasKnownType } from './content-type.js';
import { StorageError } from './errors.js';
import { fileError } from './file/file-errors.js';
import { isHidden } from './file/hidden-files.js';
import { isGzip } from './gzip.js';
import type { LocalFile, ObjectDescription, UploadFolderOptions } from './object-store.js';
import { joinUri } from './uri.js';

/** As Prow has it: what is not larger is not worth it. */
const TOO_SMALL_TO_COMPRESS_BYTES = 1024;

/** One file of a folder, and what becomes of it. */
export interface PlannedUpload {
  readonly path: string;
  readonly sizeBytes: number;
  readonly uri: string;
  readonly description: ObjectDescription;
}

/**
 * Says what becomes of a folder's files, in order of names, before any is sent.
 *
 * @throws {StorageError} `INVALID_NAME` when two files would be one object.
 */
export async function planUpload(
  { dir, toUri }: { readonly dir: string; readonly toUri: string },
  options: UploadFolderOptions,
): Promise<readonly PlannedUpload[]> {
  const { describe, filter, compress, signal } = options;
  const plan = new Map<string, PlannedUpload>();
  for (const path of await filesOf(dir)) {
    signal?.throwIfAborted();
    const file = await localFile(dir, path);
    if (filter?.(file) === false) continue;
    const description = describe === undefined ? {} : await describe(file);
    if (description === undefined) continue;
    const uri = joinUri(toUri, description.name ?? file.name);
    const other = plan.get(uri);
    if (other !== undefined) throw sameName(uri, other.path, path);
    plan.set(uri, { path, sizeBytes: file.sizeBytes, uri, description: await encoded(file, description, compress) });
  }
  return [...plan.values()];
}

async function filesOf(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    throw fileError('list', dir, error);
  });
  const files = entries.filter((entry) => entry.isFile() && !isHidden(entry.name));
  return files.map((entry) => resolve(join(entry.parentPath, entry.name))).sort();
}

async function localFile(dir: string, path: string): Promise<LocalFile> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw fileError('read', path, error);
  });
  const name = relative(dir, path).split(sep).join('/');
  return { path, name, sizeBytes: size, readHead: (maxBytes) => readHead(path, maxBytes) };
}

async function readHead(path: string, maxBytes = TOO_SMALL_TO_COMPRESS_BYTES + 1): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(maxBytes), position: 0 });
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw fileError('read', path, error);
  }
}

async function encoded(
  file: LocalFile,
  description: ObjectDescription,
  compress: readonly string[] = [],
): Promise<ObjectDescription> {
  const { gzip, contentEncoding, contentType, name = file.name } = description;
  const wanted = compress.includes('*') || compress.includes(extname(file.name).slice(1));
  if (gzip !== undefined || contentEncoding !== undefined || !wanted) return description;
  if (file.sizeBytes <= TOO_SMALL_TO_COMPRESS_BYTES || isGzip(await file.readHead())) return description;
  // A type that says nothing keeps browsers from showing what they could: Prow takes text, too.
  const type = contentType ?? (hasKnownType(name) ? contentTypeOf(name) : 'text/plain; charset=utf-8');
  return { ...description, gzip: true, contentType: type };
}

function sameName(uri: string, ...[first, second]: readonly [string, string]): StorageError {
  return new StorageError('INVALID_NAME', `${first} and ${second} would both be ${uri}`, {
    uri,
    operation: 'upload',
    hint: 'Give one of them another name, or leave it out.',
  });
}
