import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JournalFiles } from './journal.js';

/**
 * Journal files in a folder, which is made when first written to. A file is written beside its place, synced, and then
 * moved there: a killed process leaves the old text or the new one.
 */
export function folderJournalFiles(folder: string): JournalFiles {
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
      await mkdir(dirname(target), { recursive: true });
      const file = await open(`${target}.new`, 'w');
      try {
        await file.writeFile(text);
        await file.datasync();
      } finally {
        await file.close();
      }
      await rename(`${target}.new`, target);
    },
  };
}
