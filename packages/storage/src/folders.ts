import { mkdir, realpath } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import pLimit from 'p-limit';
import { StorageError } from './errors.js';
import type { FolderOptions, ObjectInfo, ObjectStore, UploadFolderOptions } from './object-store.js';
import { planUpload } from './upload-plan.js';

const CONCURRENCY = 16;

/** See `ObjectStore.uploadFolder`. */
export async function uploadFolder(
  store: Pick<ObjectStore, 'writeFile'>,
  paths: { readonly dir: string; readonly toUri: string },
  options: UploadFolderOptions = {},
): Promise<readonly ObjectInfo[]> {
  const { signal, createOnly = false } = options;
  const plan = await planUpload(paths, options);
  return transfer(plan, options, ({ uri, path, description: { name: _name, ...facts } }) =>
    store.writeFile(uri, path, {
      ...facts,
      ...(signal === undefined ? {} : { signal }),
      ...(createOnly ? { ifGenerationMatch: '0' } : {}),
    }),
  );
}

/** See `ObjectStore.downloadFolder`. `fromUri` is absolute. */
export async function downloadFolder(
  store: Pick<ObjectStore, 'list' | 'downloadFile'>,
  paths: { readonly fromUri: string; readonly dir: string },
  options: FolderOptions = {},
): Promise<readonly string[]> {
  const { signal } = options;
  const prefix = paths.fromUri.endsWith('/') ? paths.fromUri : `${paths.fromUri}/`;
  const root = resolve(paths.dir);
  const objects: { readonly uri: string; readonly path: string; readonly sizeBytes: number }[] = [];
  for await (const { uri, sizeBytes } of store.list(prefix, signal === undefined ? {} : { signal })) {
    const name = nameBelow(prefix, uri);
    if (name !== '' && !name.endsWith('/')) objects.push({ uri, path: inside(root, name, uri), sizeBytes });
  }
  await mkdir(root, { recursive: true });
  const realRoot = await realpath(root);
  return transfer(objects, options, async ({ uri, path }) => {
    await mkdir(dirname(path), { recursive: true });
    // A symbolic link that was there before leads outside as well as a name does.
    const folder = await realpath(dirname(path));
    if (folder !== realRoot && !folder.startsWith(realRoot + sep)) throw outside(uri, root);
    await store.downloadFile(uri, path, signal === undefined ? {} : { signal });
    return path;
  });
}

async function transfer<Item extends { readonly sizeBytes: number }, Result>(
  items: readonly Item[],
  { concurrency = CONCURRENCY, onProgress, signal }: FolderOptions,
  move: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const totalBytes = items.reduce((sum, item) => sum + item.sizeBytes, 0);
  let [objects, sizeBytes] = [0, 0];
  const limit = pLimit(concurrency);
  const ended = await Promise.allSettled(
    items.map((item) =>
      limit(async () => {
        signal?.throwIfAborted();
        const moved = await move(item);
        objects += 1;
        sizeBytes += item.sizeBytes;
        onProgress?.({ objects, total: items.length, sizeBytes, totalBytes });
        return moved;
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
