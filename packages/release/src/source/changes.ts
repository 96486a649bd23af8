import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './git.js';

/** One path that differs from the commit. */
export interface Change {
  /** Relative to the top of the work tree, with slashes. */
  readonly path: string;
  /** As git writes it: `100644`, `100755`, `120000` (link), `160000` (submodule); undefined when the path is gone. */
  readonly mode: string | undefined;
}

/**
 * All that differs between the commit and the files of a work tree, staged or not, untracked files included (those that
 * git ignores are not). In order of the paths' bytes. A repository within the work tree that is no submodule is left out,
 * as git itself leaves it.
 */
export async function listChanges(
  top: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Change[]> {
  const git = { cwd: top, signal: options.signal };
  const [tracked, untracked] = await Promise.all([
    runGit(
      ['diff', '--raw', '--no-renames', '--no-abbrev', '--no-ext-diff', '--ignore-submodules=dirty', '-z', 'HEAD'],
      git,
    ),
    runGit(['ls-files', '--others', '--exclude-standard', '-z'], git),
  ]);
  const before = parseRawDiff(tracked.stdout);
  const changes = new Map<string, string | undefined>();
  for (const { path, mode } of before) changes.set(path, mode);
  for (const path of untracked.stdout.split('\0')) {
    if (path === '' || path.endsWith('/')) continue;
    const mode = await findMode(join(top, path));
    if (mode === undefined) continue;
    const removed = before.find((change) => change.path === path);
    // Taken out of the index but left in place: unchanged as far as files go.
    if (removed !== undefined && (await isSame(top, removed, mode, options))) changes.delete(path);
    else changes.set(path, mode);
  }
  return [...changes]
    .map(([path, mode]) => ({ path, mode }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}

interface RawChange extends Change {
  readonly oldMode: string;
  readonly oldId: string;
}

/** Reads `git diff --raw -z`: `:OLDMODE NEWMODE OLDID NEWID STATUS NUL PATH NUL` each. */
function parseRawDiff(text: string): RawChange[] {
  const fields = text.split('\0');
  const changes: RawChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = '', newMode, oldId = '', , status = ''] = (fields[index] ?? '').replace(/^:/, '').split(' ');
    const path = fields[index + 1] ?? '';
    // An unmerged path is listed twice: once for the conflict, without a mode, once for the file.
    if (status.startsWith('U')) continue;
    changes.push({ path, oldMode, oldId, mode: newMode === '000000' ? undefined : newMode });
  }
  return changes;
}

async function findMode(path: string): Promise<string | undefined> {
  const info = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // gone since git listed it
    throw error;
  });
  if (info === undefined) return undefined;
  if (info.isSymbolicLink()) return '120000';
  if (!info.isFile()) return undefined; // sockets, pipes: git would not take them either
  return (info.mode & 0o100) === 0 ? '100644' : '100755';
}

async function isSame(
  top: string,
  { path, oldMode, oldId }: RawChange,
  mode: string,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  if (mode !== oldMode || mode === '120000') return false;
  const { stdout } = await runGit(['hash-object', '--', path], { cwd: top, signal });
  return stdout.trim() === oldId;
}
