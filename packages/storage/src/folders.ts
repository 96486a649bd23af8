import { mkdir, readdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import pLimit from 'p-limit';
import { StorageError } from './errors.js';
import { fileError } from './file/file-errors.js';
import { formatFileUri } from './file-uri.js';
import type { FolderOptions, ObjectInfo, ObjectStore } from './object-store.js';
import { joinUri } from './uri.js';

const CONCURRENCY = 16;

/** See `ObjectStore.uploadFolder`. */
export async function uploadFolder(
  store: Pick<ObjectStore, 'writeFile'>,
  paths: { readonly dir: string; readonly toUri: string },
  options: FolderOptions = {},
): Promise<readonly ObjectInfo[]> {
  const entries = await readdir(paths.dir, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    throw fileError('list', paths.dir, error);
  });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return transfer(files.sort(), options, async (file) => {
    const name = relative(paths.dir, file).split(sep).join('/');
    const info = await store.writeFile(
      joinUri(paths.toUri, name),
      file,
      options.signal === undefined ? {} : { signal: options.signal },
    );
    return { result: info, sizeBytes: info.sizeBytes };
  });
}

/** See `ObjectStore.downloadFolder`. `fromUri` is absolute. */
export async function downloadFolder(
  store: Pick<ObjectStore, 'list' | 'copy'>,
  paths: { readonly fromUri: string; readonly dir: string },
  options: FolderOptions = {},
): Promise<readonly string[]> {
  const { signal } = options;
  const prefix = paths.fromUri.endsWith('/') ? paths.fromUri : `${paths.fromUri}/`;
  const root = resolve(paths.dir);
  const objects: { readonly info: ObjectInfo; readonly path: string }[] = [];
  for await (const info of store.list(prefix, signal === undefined ? {} : { signal })) {
    const name = nameBelow(prefix, info.uri);
    if (name !== '' && !name.endsWith('/')) objects.push({ info, path: inside(root, name, info.uri) });
  }
  await mkdir(root, { recursive: true });
  const realRoot = await realpath(root);
  return transfer(objects, options, async ({ info, path }) => {
    await mkdir(dirname(path), { recursive: true });
    // A symbolic link that was there before leads outside as well as a name does.
    const folder = await realpath(dirname(path));
    if (folder !== realRoot && !folder.startsWith(realRoot + sep)) throw outside(info.uri, root);
    await store.copy(info.uri, formatFileUri({ path }), signal === undefined ? {} : { signal });
    return { result: path, sizeBytes: info.sizeBytes };
  });
}

async function transfer<Item, Result>(
  items: readonly Item[],
  { concurrency = CONCURRENCY, onProgress, signal }: FolderOptions,
  move: (item: Item) => Promise<{ readonly result: Result; readonly sizeBytes: number }>,
): Promise<readonly Result[]> {
  let [objects, sizeBytes] = [0, 0];
  const limit = pLimit(concurrency);
  const ended = await Promise.allSettled(
    items.map((item) =>
      limit(async () => {
        signal?.throwIfAborted();
        const moved = await move(item);
        objects += 1;
        sizeBytes += moved.sizeBytes;
        onProgress?.({ objects, total: items.length, sizeBytes });
        return moved.result;
      }),
    ),
  );
  signal?.throwIfAborted();
  const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1) throw combine(errors, items.length);
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

/** All failures in one error, which has the code of the first. */
function combine(errors: readonly unknown[], total: number): AggregateError {
  const [first] = errors;
  const message = first instanceof Error ? first.message : String(first);
  return Object.assign(new AggregateError(errors, `${errors.length} of ${total} objects failed, first: ${message}`), {
    code: first instanceof StorageError ? first.code : 'FAILED',
    infrastructure: errors.some((error) => error instanceof StorageError && error.infrastructure),
  });
}

function nameBelow(prefix: string, uri: string): string {
  const name = uri.slice(prefix.length);
  return uri.startsWith('file:') ? decodeURIComponent(name) : name;
}

/** Object names may hold `..`: a file of that name would land outside. */
function inside(root: string, name: string, uri: string): string {
  const path = resolve(root, name.split('/').join(sep));
  const isBelow = path.startsWith(root.endsWith(sep) ? root : root + sep);
  const isPlain = name.split('/').every((segment) => !['', '.', '..'].includes(segment)) && !name.includes('\0');
  if (isBelow && isPlain) return path;
  throw outside(uri, root);
}

function outside(uri: string, root: string): StorageError {
  return new StorageError('INVALID_NAME', `object ${uri} is not written: its name is no path below ${root}`, {
    uri,
    operation: 'download',
    hint: 'Download it by itself under another name.',
  });
}
