import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname, join } from 'node:path';
import type { JournalFiles } from './journal.js';

/**
 * Journal files in a folder, which is made when first written to. A file is written beside its place, synced, moved
 * there, and then its folder is synced: a killed process, or a machine without power, leaves the old text or the new
 * one, and the new one once `write` has resolved. Writes at the same time share the folder's sync.
 */
export function folderJournalFiles(folder: string): JournalFiles {
  const folders = new Map<string, Folder>();
  const folderOf = (path: string): Folder => {
    const known = folders.get(path) ?? createFolder(path);
    folders.set(path, known);
    return known;
  };
  return {
    async read(path) {
      try {
        return await readFile(join(folder, path), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async write(path, text) {
      const target = join(folder, path);
      const parent = folderOf(dirname(target));
      await parent.made();
      const file = await open(`${target}.new`, 'w');
      try {
        await file.writeFile(text);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(`${target}.new`, target);
      await parent.sync();
    },
  };
}

interface Folder {
  made(): Promise<void>;
  /** Makes durable what was moved into it before the call. */
  sync(): Promise<void>;
}

function createFolder(path: string): Folder {
  let making: Promise<void> | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const sync = (): Promise<void> => {
    running = syncFolder(path).finally(() => (running = undefined));
    return running;
  };
  return {
    async made() {
      making ??= makeFolder(path);
      try {
        await making;
      } catch (error) {
        making = undefined;
        throw error;
      }
    },
    // One that already runs may have begun too early; all that come meanwhile share the one after it.
    sync() {
      if (running === undefined) return sync();
      next ??= running
        .catch(() => undefined) // told to those who wait for that one
        .then(() => {
          next = undefined;
          return sync();
        });
      return next;
    },
  };
}

async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  // Names of new folders lie in those above them.
  for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(path: string): Promise<void> {
  if (platform() === 'win32') return; // folders cannot be opened there
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
