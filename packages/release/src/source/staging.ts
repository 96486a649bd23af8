import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ReleaseError } from '../errors.js';

// Inside .git, so that it is no part of the tree.
const MARK = join('.git', 'seatrial-checkout');

/**
 * Makes a folder by `fill(stage)` and puts it at `dir` when it is complete: what is at `dir` is always whole.
 *
 * What an earlier attempt left, half done or whole, is replaced. Anything else at `dir` stays and is an error.
 *
 * @throws {ReleaseError} `FOLDER_TAKEN`, and whatever `fill` throws
 */
export async function withStage<T>(dir: string, fill: (stage: string) => Promise<T>): Promise<T> {
  const target = resolve(dir);
  await requireFree(target);
  await mkdir(dirname(target), { recursive: true });
  const stage = join(dirname(target), `.${basename(target)}.seatrial-partial`);
  await rm(stage, { recursive: true, force: true });
  try {
    const result = await fill(stage);
    await writeFile(join(stage, MARK), '');
    await rm(target, { recursive: true, force: true });
    await rename(stage, target);
    return result;
  } catch (error) {
    await rm(stage, { recursive: true, force: true }).catch(() => {}); // the next attempt removes it; this error matters more
    throw error;
  }
}

async function requireFree(target: string): Promise<void> {
  const present = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ReleaseError('FOLDER_TAKEN', `cannot check out into ${target}: ${error.code ?? error.message}`, {
      cause: error,
      hint: 'Name a new or empty folder.',
    });
  });
  if (present.length === 0) return;
  const isOurs = await stat(join(target, MARK)).then(
    () => true,
    () => false,
  );
  if (isOurs) return;
  throw new ReleaseError('FOLDER_TAKEN', `cannot check out into ${target}: it holds something else`, {
    hint: 'Name a new or empty folder; only checkouts made by this tool are replaced.',
  });
}
