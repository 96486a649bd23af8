import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import pLimit from 'p-limit';
import { StorageError } from './errors.js';
import type { FolderOptions, ObjectInfo, ObjectStore } from './object-store.js';
import { joinUri } from './uri.js';

const CONCURRENCY = 16;

/** See `ObjectStore.uploadFolder`. */
export async function uploadFolder(
  store: Pick<ObjectStore, 'writeFile'>,
  paths: { readonly dir: string; readonly toUri: string },
  options: FolderOptions = {},
): Promise<readonly ObjectInfo[]> {
  const entries = await readdir(paths.dir, { withFileTypes: true, recursive: true });
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

/** See `ObjectStore.downloadFolder`. */
export async function downloadFolder(
  store: Pick<ObjectStore, 'list' | 'readStream'>,
  paths: { readonly fromUri: string; readonly dir: string },
  options: FolderOptions = {},
): Promise<readonly string[]> {
  const prefix = paths.fromUri.endsWith('/') ? paths.fromUri : `${paths.fromUri}/`;
  const root = resolve(paths.dir);
  const objects: { readonly info: ObjectInfo; readonly path: string }[] = [];
  for await (const info of store.list(prefix)) {
    const name = nameBelow(prefix, info);
    if (name !== '' && !name.endsWith('/')) objects.push({ info, path: inside(root, name, info.uri) });
  }
  return transfer(objects, options, async ({ info, path }) => {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(await store.readStream(info.uri), createWriteStream(path), {
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
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
  const errors = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  if (errors.length === 1) throw errors[0];
  if (errors.length > 1)
    throw new AggregateError(
      errors,
      `${errors.length} of ${items.length} objects failed, first: ${errors[0]?.message ?? ''}`,
    );
  return ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

function nameBelow(prefix: string, { uri, name }: ObjectInfo): string {
  if (uri.startsWith('gs://')) return uri.slice(prefix.length);
  return relative(decodeURIComponent(new URL(prefix).pathname), name)
    .split(sep)
    .join('/');
}

/** Object names may hold `..`: a file of that name would land outside. */
function inside(root: string, name: string, uri: string): string {
  const path = resolve(root, name);
  if (path.startsWith(root + sep) && !name.includes('\0')) return path;
  throw new StorageError('INVALID_NAME', `object ${uri} would be written outside ${root}`, {
    uri,
    operation: 'download',
    hint: 'Download it by itself under another name.',
  });
}
