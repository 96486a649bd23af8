import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReleaseError } from '../errors.js';
import { runGit } from './git.js';

/** A repository on this machine (`top` is its work tree, or the bare repository itself), or one behind a URL. */
export type Repository =
  | { readonly kind: 'local'; readonly top: string; readonly bare: boolean }
  | { readonly kind: 'remote'; readonly url: string };

const OWNER_AND_NAME = /^[\w.-]+\/[\w.-]+$/;
const REMOTE = /^(?:https?|ssh|git):\/\/|^[\w.-]+@[\w.-]+:/;

/**
 * Finds out what a user means: a path or `file://` URL of a repository (or of a folder in it), a URL, or `owner/name` on GitHub.
 *
 * @throws {ReleaseError} `REPOSITORY_NOT_FOUND`, `INVALID_OPTION`
 */
export async function findRepository(
  repo: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Repository> {
  // git reads `ext::…` as a command to run, and a leading dash as an option.
  if (repo === '' || repo.startsWith('-') || /^[a-z]+::/.test(repo)) {
    throw new ReleaseError('INVALID_OPTION', `not a repository: ${JSON.stringify(repo)}`, {
      hint: 'Give a path, a URL, or owner/name of a repository on GitHub.',
    });
  }
  if (REMOTE.test(repo)) return { kind: 'remote', url: repo };
  const path = resolve(repo.startsWith('file://') ? fileURLToPath(repo) : repo);
  const info = await stat(path).catch(() => undefined); // whatever keeps us from it: it is not a repository for us
  if (info?.isDirectory()) return findLocal(path, options);
  if (OWNER_AND_NAME.test(repo)) return { kind: 'remote', url: `https://github.com/${repo}.git` };
  throw new ReleaseError('REPOSITORY_NOT_FOUND', `there is no repository at ${repo}`, {
    hint: 'Give a path, a URL, or owner/name of a repository on GitHub.',
  });
}

async function findLocal(path: string, { signal }: { readonly signal?: AbortSignal | undefined }): Promise<Repository> {
  const { stdout } = await runGit(['rev-parse', '--is-bare-repository'], { cwd: path, signal });
  if (stdout.trim() === 'true') return { kind: 'local', top: path, bare: true };
  const { stdout: top } = await runGit(['rev-parse', '--show-toplevel'], { cwd: path, signal });
  return { kind: 'local', top: top.replace(/\r?\n$/, ''), bare: false };
}
