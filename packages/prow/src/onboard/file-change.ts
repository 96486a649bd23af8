import { chmod, readFile, realpath, rename, rm, stat, writeFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';
import { ProwError } from '../errors.js';

/** A file as it is and as it is to be. */
export interface FileChange {
  readonly path: string;
  /** `undefined` where there is no file yet. */
  readonly before: string | undefined;
  /** Equal to `before` where nothing is to be done. */
  readonly after: string;
  /** Whether it holds secrets: then it is readable by its owner only and never shown. */
  readonly isSecret: boolean;
}

/** Text of a file; `undefined` where there is none. @throws {ProwError} `INVALID_FLAG` when it cannot be read. */
export async function readTextIfAny(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ProwError('INVALID_FLAG', `cannot read ${path}: ${(cause as Error).message}`, {
      cause,
      hint: 'Name a file that can be read and written.',
    });
  });
}

/**
 * Writes all files or none: everything is written beside its place first, then moved there; when a move fails, what was moved
 * before is put back.
 *
 * @throws {ProwError} `INVALID_FLAG` when a file cannot be written, or was changed since it was read.
 */
export async function writeChanges(changes: readonly FileChange[]): Promise<void> {
  const staged: { readonly change: FileChange; readonly path: string; readonly partial: string }[] = [];
  const moved: { readonly change: FileChange; readonly path: string }[] = [];
  try {
    for (const change of changes.filter(({ before, after }) => before !== after)) {
      // A link stays one: what it points to is replaced.
      const path = change.before === undefined ? change.path : await realpath(change.path);
      await mkdir(dirname(path), { recursive: true });
      const partial = `${path}.${randomUUID()}.partial`;
      staged.push({ change, path, partial });
      await writePartial(partial, change, path);
    }
    for (const { change, path, partial } of staged) {
      if ((await readTextIfAny(path)) !== change.before) throw new Error(`${path} was changed by somebody else`);
      await rename(partial, path);
      moved.push({ change, path });
    }
  } catch (cause) {
    const undone = await Promise.allSettled([
      ...staged.map(({ partial }) => rm(partial, { force: true })),
      ...moved.map(({ change, path }) => putBack(change, path)),
    ]);
    const failures = undone.filter((one) => one.status === 'rejected').map(({ reason }) => reason as unknown);
    const what = failures.length === 0 ? 'nothing was written' : 'some files could not be put back';
    throw new ProwError('INVALID_FLAG', `cannot write the files, ${what}: ${(cause as Error).message}`, {
      cause: failures.length === 0 ? cause : new AggregateError([cause, ...failures]),
      hint: 'Name files in folders that can be written to, then run again.',
    });
  }
}

async function writePartial(partial: string, { before, after, isSecret }: FileChange, path: string): Promise<void> {
  const mode = isSecret ? 0o600 : before === undefined ? 0o644 : (await stat(path)).mode & 0o777;
  await writeFile(partial, after, { mode, flag: 'wx' });
  if (before !== undefined || isSecret) await chmod(partial, mode); // whatever the umask says
}

async function putBack(change: FileChange, path: string): Promise<void> {
  if (change.before === undefined) return rm(path, { force: true });
  const partial = `${path}.${randomUUID()}.partial`;
  await writePartial(partial, { ...change, after: change.before }, path);
  await rename(partial, path);
}
