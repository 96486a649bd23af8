import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { contentTypeOf } from '../content-type.js';
import { StorageError } from '../errors.js';
import { type FileUri, formatFileUri } from '../file-uri.js';
import type { Backend, ByteRange, ObjectBody, ObjectInfo, WriteOptions } from '../object-store.js';
import { fileError } from './file-errors.js';

const TEMPORARY = '.seatrial-tmp';
/** Milliseconds after which another writer's lock is taken for left behind. Writers hold it for two system calls. */
const STALE_LOCK_MS = 10_000;
const LOCK_RETRY_MS = 2;

/**
 * Files as objects. A write goes to a temporary file beside the object and is renamed over it, so it is whole or not
 * there. A generation is the modification time, which every write moves on, and the inode. Content type and metadata are
 * not kept: that would need a second file beside the object.
 */
export function createFileBackend(options: {
  readonly newId: () => string;
  readonly now: () => number;
}): Backend<FileUri> {
  const { newId, now } = options;
  return {
    async read({ path }, range) {
      return attempt('read', path, async () => {
        const handle = await open(path);
        if ((await handle.stat()).isFile()) return handleStream(handle, path, range);
        await handle.close();
        throw new StorageError('NOT_FOUND', `cannot read ${formatFileUri({ path })}: it is no file`, {
          uri: formatFileUri({ path }),
          operation: 'read',
        });
      });
    },
    async write({ path }, body, writeOptions) {
      return attempt('write', path, async () => {
        const dir = dirname(path);
        await mkdir(dir, { recursive: true });
        // Without the object's name: with it, it could be too long for a file system.
        const temporary = join(dir, `.${newId()}${TEMPORARY}`);
        try {
          await pipeline(readableOf(body), createWriteStream(temporary, { flags: 'wx' }), {
            ...(writeOptions.signal === undefined ? {} : { signal: writeOptions.signal }),
          });
          await makeNewer(temporary, path);
          await publish(temporary, path, writeOptions, now);
        } catch (error) {
          // What a stream says of an abort is not its reason.
          writeOptions.signal?.throwIfAborted();
          throw error;
        } finally {
          await rm(temporary, { force: true });
        }
        return infoOf(path, await stat(path, { bigint: true }));
      });
    },
    async *list({ path }) {
      const at = path.lastIndexOf('/') + 1;
      for await (const file of walk(path.slice(0, at), path.slice(at))) {
        const found = await statFile(file);
        if (found !== undefined) yield infoOf(file, found);
      }
    },
    async *listFolders({ path }) {
      for (const entry of await entriesOf(path)) {
        if (entry.isDirectory()) yield `${formatFileUri({ path: join(path, entry.name) })}/`;
      }
    },
    async stat({ path }) {
      return attempt('stat', path, async () => {
        const found = await statFile(path);
        return found === undefined ? undefined : infoOf(path, found);
      });
    },
    async delete({ path }, { ifGenerationMatch, ignoreMissing = false }) {
      await attempt('delete', path, async () => {
        const remove = (): Promise<void> => rm(path, { force: ignoreMissing });
        if (ifGenerationMatch === undefined) return remove();
        return locked(path, now, async () => {
          await requireGeneration(path, ifGenerationMatch);
          await remove();
        });
      });
    },
  };
}

/**
 * The clock of a file system stands still for milliseconds, and an inode is used again once it is free: without this a
 * third write could look like the first one.
 */
async function makeNewer(temporary: string, path: string): Promise<void> {
  const [mine, before] = [await bigStat(temporary), await statFile(path)];
  if (before === undefined || mine.mtimeNs > before.mtimeNs) return;
  const newerMs = Number(before.mtimeNs / 1_000_000n) + 2;
  await utimes(temporary, newerMs / 1_000, newerMs / 1_000);
}

async function publish(
  temporary: string,
  path: string,
  { ifGenerationMatch }: WriteOptions,
  now: () => number,
): Promise<void> {
  if (ifGenerationMatch === undefined) return rename(temporary, path);
  // link(2) fails where something is already, in one step.
  if (ifGenerationMatch === '0') return link(temporary, path);
  return locked(path, now, async () => {
    await requireGeneration(path, ifGenerationMatch);
    await rename(temporary, path);
  });
}

async function requireGeneration(path: string, expected: string): Promise<void> {
  const found = await statFile(path);
  const actual = found === undefined ? '0' : infoOf(path, found).generation;
  if (actual !== expected) {
    throw new StorageError('PRECONDITION_FAILED', `generation is ${actual}, not ${expected}`, {
      uri: formatFileUri({ path }),
    });
  }
}

/** Holds others with a precondition off the same object. One whose holder died is taken over. */
async function locked<T>(path: string, now: () => number, run: () => Promise<T>): Promise<T> {
  const name = createHash('sha256').update(basename(path)).digest('hex').slice(0, 32);
  const lock = join(dirname(path), `.${name}.lock${TEMPORARY}`);
  let handle: FileHandle | undefined;
  while (handle === undefined) {
    handle = await open(lock, 'wx').catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      const held = await statFile(lock);
      if (held !== undefined && now() - Number(held.mtimeMs) > STALE_LOCK_MS) await rm(lock, { force: true });
      else await delay(LOCK_RETRY_MS);
      return undefined;
    });
  }
  try {
    return await run();
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
}

function handleStream(handle: FileHandle, path: string, { start, end }: ByteRange = {}): Readable {
  return createReadStream(path, {
    fd: handle,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  });
}

function readableOf(body: ObjectBody): Readable {
  return body instanceof Readable
    ? body
    : Readable.from([typeof body === 'string' ? Buffer.from(body) : body], { objectMode: false });
}

type BigStats = Awaited<ReturnType<typeof bigStat>>;
const bigStat = (path: string) => stat(path, { bigint: true });

async function statFile(path: string): Promise<BigStats | undefined> {
  const found = await bigStat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
  return found?.isFile() === true ? found : undefined;
}

function infoOf(path: string, stats: BigStats): ObjectInfo {
  return {
    uri: formatFileUri({ path }),
    name: path,
    sizeBytes: Number(stats.size),
    generation: `${stats.mtimeNs}-${stats.ino}`,
    updatedMs: Number(stats.mtimeMs),
    contentType: contentTypeOf(path),
    metadata: {},
  };
}

/** Paths of all files below a folder that start with `prefix` there, sorted as object names are. */
async function* walk(folder: string, prefix = ''): AsyncGenerator<string> {
  for (const entry of await entriesOf(folder)) {
    if (!entry.name.startsWith(prefix)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile() && !entry.name.endsWith(TEMPORARY)) yield path;
  }
}

async function entriesOf(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    // Where nothing was written there is nothing to list, as in a bucket.
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw fileError('list', folder, error);
  });
  // `a/` sorts before `a.txt` by names, as objects do, only if folders carry their slash.
  const key = (entry: (typeof entries)[number]): string => (entry.isDirectory() ? `${entry.name}/` : entry.name);
  return entries.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

async function attempt<T>(operation: string, path: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw fileError(operation, path, error);
  }
}
