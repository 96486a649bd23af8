import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ReleaseError } from '../errors.js';
import { listChanges } from './changes.js';
import { runGit } from './git.js';

/** What a work tree is: its commit, and how it differs from it. */
export interface TreeDescription {
  /** Full commit, in hex. */
  readonly sha: string;
  /** Whether a file differs from the commit, untracked ones included (ignored ones not). */
  readonly dirty: boolean;
  /** SHA-256 of the differences, in hex. Only when dirty. */
  readonly diffHash?: string;
}

/**
 * Describes the work tree at `dir`.
 *
 * The hash is over path, mode and content of each file that differs, in order of the paths' bytes: no times, no absolute
 * paths, nothing of git's settings. So the same commit with the same changes has the same hash on any machine, staged or not.
 *
 * @throws {ReleaseError} `REPOSITORY_NOT_FOUND` when this is no work tree, `COMMIT_NOT_FOUND` when it has no commit yet.
 */
export async function describeTree(
  dir: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<TreeDescription> {
  const { signal } = options;
  const { stdout: head } = await runGit(['rev-parse', '--verify', 'HEAD^{commit}'], { cwd: dir, signal });
  const { stdout: root } = await runGit(['rev-parse', '--show-toplevel'], { cwd: dir, signal });
  const sha = head.trim();
  const top = root.replace(/\r?\n$/, '');
  const changes = await listChanges(top, { signal });
  if (changes.length === 0) return { sha, dirty: false };
  const hash = createHash('sha256');
  for (const { path, mode } of changes) {
    signal?.throwIfAborted();
    const content = mode === undefined ? '' : await hashContent(join(top, path), mode);
    // Fields end in NUL, which no path holds: two different lists of changes are never the same text.
    hash.update(`${path}\0${mode ?? 'deleted'}\0${content}\0`);
  }
  return { sha, dirty: true, diffHash: hash.digest('hex') };
}

const NAMED = 5;

/** @throws {ReleaseError} `DIRTY_TREE`, with the paths, when a file of the work tree differs from its commit */
export async function requireCleanTree(
  dir: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const changes = await listChanges(dir, options);
  if (changes.length === 0) return;
  const named = changes.slice(0, NAMED).map(({ path }) => path);
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : '';
  throw new ReleaseError('DIRTY_TREE', `${dir} has changes that are not committed: ${named.join(', ')}${more}`, {
    hint: 'Commit or remove them, or leave --require-clean out.',
    detail: changes.map(({ path }) => path).join('\n'),
  });
}

async function hashContent(path: string, mode: string): Promise<string> {
  if (mode === '160000') return 'submodule';
  const hash = createHash('sha256');
  if (mode === '120000' || (await lstat(path)).isSymbolicLink())
    return hash.update(await readlink(path, 'buffer')).digest('hex');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
