import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTemporary } from './hidden-files.js';

/**
 * Removes what killed processes have half written below a folder: files that `file://` writes before it moves them to
 * their place, and locks. Only for a folder that nobody else writes to now.
 *
 * @returns how many there were. 0 where there is no folder.
 */
export async function removeTornWrites(dir: string): Promise<number> {
  const entries = await readdir(dir, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  const torn = entries.filter((entry) => entry.isFile() && isTemporary(entry.name));
  await Promise.all(torn.map((entry) => rm(join(entry.parentPath, entry.name), { force: true })));
  return torn.length;
}
