import { link, mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { StorageError } from '../errors.js';
import { formatFileUri } from '../file-uri.js';
import type { ObjectBody, WriteOptions } from '../object-store.js';
import { removeFacts, writeFacts } from './file-facts.js';
import { generationOf, statFile, type FileStats } from './file-generation.js';
import { withLock } from './file-lock.js';
import { temporaryPath } from './hidden-files.js';

/** What a write needs from outside. */
export interface FileWriter {
  readonly newId: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Writes a file by way of a temporary one beside it, so that it is whole or not there.
 *
 * @returns What the system knows of the new file.
 */
export async function writeWhole(
  { newId, now }: FileWriter,
  { path, body }: { readonly path: string; readonly body: ObjectBody },
  options: Omit<WriteOptions, 'gzip'>,
): Promise<FileStats> {
  const { signal, ifGenerationMatch } = options;
  await mkdir(dirname(path), { recursive: true });
  const temporary = temporaryPath(path, newId());
  try {
    // Opened first: a body that fails at once must not leave a file that is made after it was removed.
    const file = await open(temporary, 'wx');
    await pipeline(readableOf(body), file.createWriteStream(), signal === undefined ? {} : { signal });
    const before = await statFile(path);
    const stats = await makeNewer(temporary, before);
    const generation = generationOf(stats);
    await writeFacts(path, generation, options);
    try {
      await publish(temporary, path, { ifGenerationMatch, now });
    } catch (error) {
      await removeFacts(path, generation);
      throw error;
    }
    if (before !== undefined) await removeFacts(path, generationOf(before));
    return stats;
  } catch (error) {
    // What a stream says of an abort is not its reason.
    signal?.throwIfAborted();
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** @throws {StorageError} `PRECONDITION_FAILED` when the file is of another generation; `'0'` is none. */
export async function requireGeneration(path: string, expected: string): Promise<void> {
  const found = await statFile(path);
  const actual = found === undefined ? '0' : generationOf(found);
  if (actual !== expected) {
    throw new StorageError('PRECONDITION_FAILED', `generation is ${actual}, not ${expected}`, {
      uri: formatFileUri({ path }),
      path,
    });
  }
}

/**
 * The clock of a file system stands still for milliseconds, and an inode is used again once it is free: without this a
 * third write could look like the first one.
 */
async function makeNewer(temporary: string, before: FileStats | undefined): Promise<FileStats> {
  const mine = await written(temporary);
  if (before === undefined || mine.mtimeNs > before.mtimeNs) return mine;
  const newerMs = Number(before.mtimeNs / 1_000_000n) + 2;
  await utimes(temporary, newerMs / 1_000, newerMs / 1_000);
  return written(temporary);
}

async function written(temporary: string): Promise<FileStats> {
  const stats = await statFile(temporary);
  if (stats === undefined) throw new Error(`${temporary} was removed while it was written`);
  return stats;
}

async function publish(
  temporary: string,
  path: string,
  { ifGenerationMatch, now }: { readonly ifGenerationMatch: string | undefined; readonly now: () => number },
): Promise<void> {
  if (ifGenerationMatch === undefined) return rename(temporary, path);
  // link(2) fails where something is already, in one step.
  if (ifGenerationMatch === '0') return link(temporary, path);
  return withLock(path, now, async () => {
    await requireGeneration(path, ifGenerationMatch);
    await rename(temporary, path);
  });
}

function readableOf(body: ObjectBody): Readable {
  return body instanceof Readable
    ? body
    : Readable.from([typeof body === 'string' ? Buffer.from(body) : body], { objectMode: false });
}
