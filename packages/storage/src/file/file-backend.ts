import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { StorageError } from '../errors.js';
import { type FileUri, formatFileUri } from '../file-uri.js';
import type { Backend, ByteRange, OpenObject, ReadOptions } from '../object-store.js';
import { fileError } from './file-errors.js';
import { readFacts, removeFacts } from './file-facts.js';
import { generationOf, statFile } from './file-generation.js';
import { fileInfo } from './file-info.js';
import { listFileLevel, listFiles } from './file-listing.js';
import { withLock } from './file-lock.js';
import { createFileRoot } from './file-root.js';
import { type FileWriter, requireGeneration, writeWhole } from './file-write.js';

/**
 * Files as objects. A generation is the modification time, which every write moves on, and the inode. What a file system
 * has no place for is kept in a hidden file beside the object, and only if there is something to keep.
 */
export function createFileBackend(options: FileWriter & { readonly root?: string }): Backend<FileUri> {
  const root = createFileRoot(options.root);

  const attempt = async <T>(operation: string, path: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw fileError(operation, path, error);
    }
  };

  return {
    open: ({ path }, readOptions) =>
      attempt('read', path, async () => {
        await root.check('read', path);
        for (;;) {
          const opened = await openFile(path, readOptions);
          if (opened !== undefined) return opened;
        }
      }),
    write: ({ path }, body, writeOptions) =>
      attempt('write', path, async () => {
        // The file itself may be a link: it is replaced, not followed.
        await root.check('write', dirname(path));
        const stats = await writeWhole(options, { path, body }, writeOptions);
        return fileInfo(path, stats, writeOptions);
      }),
    async *list({ path }, { startAt }) {
      const [folder, prefix] = split(path);
      await attempt('list', path, () => root.check('list', folder));
      yield* listFiles(folder, prefix, { startAt: startAt?.path });
    },
    async *listLevel({ path }, { startAt }) {
      const [folder, prefix] = split(path);
      await attempt('list', path, () => root.check('list', folder));
      yield* listFileLevel(folder, prefix, { startAt: startAt?.path });
    },
    stat: ({ path }) =>
      attempt('stat', path, async () => {
        await root.check('stat', path);
        for (;;) {
          const found = await statFile(path);
          if (found === undefined) return undefined;
          const facts = await readFacts(path, generationOf(found));
          if (facts !== undefined || (await isStill(path, generationOf(found)))) return fileInfo(path, found, facts);
        }
      }),
    async delete({ path }, { ifGenerationMatch, ignoreMissing = false }) {
      await attempt('delete', path, async () => {
        await root.check('delete', dirname(path));
        const remove = async (): Promise<void> => {
          const found = await statFile(path);
          await rm(path, { force: ignoreMissing });
          if (found !== undefined) await removeFacts(path, generationOf(found));
        };
        if (ifGenerationMatch === undefined) return remove();
        return withLock(path, options.now, async () => {
          await requireGeneration(path, ifGenerationMatch);
          await remove();
        });
      });
    },
  };
}

/** `undefined` when it was replaced while its facts were read: then nobody knows whether it has any. */
async function openFile(path: string, { start, end, generation }: ReadOptions): Promise<OpenObject | undefined> {
  const handle = await open(path);
  try {
    const stats = await handle.stat({ bigint: true });
    if (!stats.isFile()) throw missing(path, 'it is no file');
    const actual = generationOf(stats);
    if (generation !== undefined && generation !== actual)
      throw missing(path, `generation is ${actual}, not ${generation}`);
    const facts = await readFacts(path, actual);
    if (facts === undefined && !(await isStill(path, actual))) {
      await handle.close();
      return undefined;
    }
    return { contentEncoding: facts?.contentEncoding, bytes: handleStream(handle, path, { start, end }) };
  } catch (error) {
    await handle.close().catch(() => {}); // what is thrown says more
    throw error;
  }
}

async function isStill(path: string, generation: string): Promise<boolean> {
  const now = await statFile(path);
  return now !== undefined && generationOf(now) === generation;
}

function handleStream(handle: FileHandle, path: string, { start, end }: ByteRange): Readable {
  return createReadStream(path, {
    fd: handle,
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
  });
}

function split(path: string): readonly [folder: string, prefix: string] {
  const at = path.lastIndexOf('/') + 1;
  return [path.slice(0, at), path.slice(at)];
}

function missing(path: string, why: string): StorageError {
  const uri = formatFileUri({ path });
  return new StorageError('NOT_FOUND', `cannot read ${uri}: ${why}`, { uri, path, operation: 'read' });
}
