import { constants, copyFile, cp, lstat, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listChanges } from './changes.js';

/**
 * Makes the files of the checkout at `to` those of the work tree at `from`: changed, new, deleted. Both must be at the same
 * commit, and `to` without changes. Ignored files stay behind.
 *
 * @returns how many paths were changed
 */
export async function copyChanges(
  from: string,
  to: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  const changes = await listChanges(from, options);
  // First all that goes: a file may have become a folder.
  for (const { path, mode } of changes) {
    if (mode !== '160000') await rm(join(to, path), { recursive: true, force: true });
  }
  for (const { path, mode } of changes) {
    options.signal?.throwIfAborted();
    if (mode === undefined || mode === '160000') continue;
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true });
    const isLink = (await lstat(join(from, path))).isSymbolicLink();
    if (isLink) await cp(join(from, path), target, { verbatimSymlinks: true });
    else await copyFile(join(from, path), target, constants.COPYFILE_FICLONE); // keeps the mode
  }
  return changes.length;
}
