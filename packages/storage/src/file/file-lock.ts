import { open, rm, type FileHandle } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { statFile } from './file-generation.js';
import { lockPath } from './hidden-files.js';

/** Milliseconds after which another writer's lock is taken for left behind. Writers hold it for a few system calls. */
const STALE_LOCK_MS = 10_000;
const LOCK_RETRY_MS = 2;

/** Holds others with a precondition off the same object. A lock whose holder died is taken over. */
export async function withLock<T>(path: string, now: () => number, run: () => Promise<T>): Promise<T> {
  const lock = lockPath(path);
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
