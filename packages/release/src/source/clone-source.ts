import type { RedactStream } from '@seatrial/cli';
import { ReleaseError } from '../errors.js';
import type { Clock } from '../clock.js';
import { copyChanges } from './copy-changes.js';
import { describeTree, requireCleanTree } from './describe-tree.js';
import { fetchRefs, type FetchOptions, withRetries } from './fetch.js';
import { type GitOptions, runGit } from './git.js';
import { checkOut, checkOutRefs, type SourceRefs } from './merge-pulls.js';
import { findRepository, type Repository } from './repository.js';
import { withStage } from './staging.js';

/** What to check out, and where. */
export interface CloneRequest {
  /** Path, URL, or `owner/name` of a repository on GitHub. */
  readonly repo: string;
  /** Folder to make. What an earlier attempt left there is replaced; anything else is an error. */
  readonly dir: string;
  /** Commit, branch or tag. @default what is checked out (path), the default branch (URL) */
  readonly commit?: string | undefined;
  /** Also what is not committed: changed, deleted and untracked files, not ignored ones. Of a local work tree only. @default false */
  readonly includeChanges?: boolean | undefined;
  /** Whether a work tree on this machine has to be without changes. Not together with {@link includeChanges}. @default false */
  readonly requireClean?: boolean | undefined;
  /** Pull requests to check out, instead of a commit. */
  readonly refs?: SourceRefs | undefined;
  /** Commits of history to fetch from a URL. @default all of it */
  readonly depth?: number | undefined;
  /** Filter of a partial clone of a URL, such as `blob:none`. @default none */
  readonly filter?: string | undefined;
  /** Whether to check submodules out too. @default false */
  readonly submodules?: boolean | undefined;
  /** For the URL's own server only, over HTTPS. It reaches git by environment and no log. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Lines of git's progress, secrets taken out. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Takes secrets out of git's messages. @default the token alone */
  readonly createFilter?: (() => RedactStream) | undefined;
  /** For pauses between tries. @default the machine's */
  readonly clock?: Clock | undefined;
}

/** A checkout. */
export interface ClonedSource {
  readonly dir: string;
  /** Full commit, in hex. Of pull requests: the merge, which is the same commit on every machine. */
  readonly sha: string;
  /** First 7 digits of {@link sha}. */
  readonly shortSha: string;
  /** Whether files differ from the commit. */
  readonly dirty: boolean;
  /** SHA-256 of the differences. Only when dirty. */
  readonly diffHash?: string;
  /** Branch that is checked out in a local repository. */
  readonly branch?: string;
}

/**
 * Checks a repository out into a folder of its own. Of a repository on this machine, objects are linked and not copied
 * where the file system can; the checkout does not depend on the original all the same.
 *
 * @throws {ReleaseError} `REPOSITORY_NOT_FOUND`, `COMMIT_NOT_FOUND`, `FOLDER_TAKEN`, `MERGE_CONFLICT`, `DENIED`,
 * `UNAVAILABLE` (after 4 tries), `DIRTY_TREE`, `GIT_FAILED`, `INVALID_OPTION`
 */
export async function cloneSource(request: CloneRequest): Promise<ClonedSource> {
  checkRequest(request);
  const { dir, signal, onLine } = request;
  const repository = await findRepository(request.repo, { signal });
  const result = await withStage(dir, async (stage) => {
    const options: FetchOptions = { ...request, cwd: stage, signal, onLine };
    const branch = repository.kind === 'local' ? await cloneLocal(repository, stage, request) : undefined;
    if (repository.kind === 'remote')
      await fetchRemote(repository.url, stage, { ...options, tokenUrl: repository.url }, request);
    if (request.submodules === true) {
      await updateSubmodules({ ...options, tokenUrl: urlOf(repository) });
    }
    const tree = await describeTree(stage, { signal });
    return { ...tree, ...(branch === undefined ? {} : { branch }) };
  });
  return { dir, shortSha: shortSha(result.sha), ...result };
}

/** First 7 digits: git's own choice of length depends on what else a repository holds. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

async function updateSubmodules(options: FetchOptions): Promise<void> {
  const args = ['submodule', 'update', '--init', '--recursive', '--force'];
  // Not the filter: a submodule's server need not know it, and ignoring it is not always what a server does.
  if (options.depth !== undefined) args.push(`--depth=${options.depth}`);
  await withRetries(options, () => runGit(args, options));
}

function urlOf(repository: Repository): string | undefined {
  return repository.kind === 'remote' ? repository.url : undefined;
}

function checkRequest({ commit, refs, includeChanges, requireClean, depth, filter }: CloneRequest): void {
  const fail = (message: string, hint: string) => new ReleaseError('INVALID_OPTION', message, { hint });
  if (commit !== undefined && (commit === '' || commit.startsWith('-'))) {
    throw fail(`not a commit: ${JSON.stringify(commit)}`, 'Give a hash, a branch or a tag.');
  }
  if (refs !== undefined && (commit !== undefined || includeChanges === true)) {
    throw fail(
      'pull requests are checked out as they are, without a commit or changes',
      'Leave commit and changes out.',
    );
  }
  if (commit !== undefined && includeChanges === true) {
    throw fail('uncommitted changes belong to what is checked out, not to another commit', 'Leave one of both out.');
  }
  if (requireClean === true && includeChanges === true) {
    throw fail('changes cannot be both included and forbidden', 'Leave one of both out.');
  }
  if (
    filter !== undefined &&
    !/^(?:blob:(?:none|limit=\d+[kmg]?)|tree:\d+|object:type=\w+|combine:[^\s]+)$/.test(filter)
  ) {
    throw fail(`not a filter of a partial clone: ${JSON.stringify(filter)}`, 'Give one such as blob:none or tree:0.');
  }
  if (depth !== undefined && !(Number.isInteger(depth) && depth > 0)) {
    throw fail(`not a depth: ${depth}`, 'Give a whole number of commits, 1 or more.');
  }
}

/** @returns the branch of the original, when no other commit was asked for */
async function cloneLocal(
  repository: Extract<Repository, { kind: 'local' }>,
  stage: string,
  request: CloneRequest,
): Promise<string | undefined> {
  const { commit = 'HEAD', refs, includeChanges = false, signal, onLine, createFilter } = request;
  const { top, bare } = repository;
  const there: GitOptions = { cwd: top, signal, onLine, createFilter };
  const here: FetchOptions = { ...request, cwd: stage, token: undefined };
  const sha = await resolveCommit([commit, `origin/${commit}`], there, commit);
  if (request.requireClean === true && !bare) await requireCleanTree(top, { signal });
  if (includeChanges && bare) {
    throw new ReleaseError('INVALID_OPTION', `${top} is a bare repository: it has no changes to include`);
  }
  await runGit(['clone', '--quiet', '--local', '--no-checkout', '--template=', '--', top, stage], {
    signal,
    onLine,
    createFilter,
  });
  if (refs !== undefined) {
    await checkOutRefs(refs, here);
    return undefined;
  }
  await checkOut(sha, here);
  if (includeChanges) {
    const count = await copyChanges(top, stage, { signal });
    if (count > 0) onLine?.(`${count} uncommitted ${count === 1 ? 'change' : 'changes'} included`);
  }
  if (request.commit !== undefined) return undefined;
  const { stdout, exitCode } = await runGit(['symbolic-ref', '--quiet', '--short', 'HEAD'], there, [1]);
  return exitCode === 0 ? stdout.trim() : undefined;
}

async function fetchRemote(
  url: string,
  stage: string,
  options: FetchOptions,
  { commit, refs }: CloneRequest,
): Promise<void> {
  await runGit(['init', '--quiet', '--template=', stage], { signal: options.signal });
  await runGit(['remote', 'add', 'origin', url], options);
  if (refs !== undefined) return checkOutRefs(refs, options);
  if (commit === undefined || /^[0-9a-f]{40}$/.test(commit)) {
    try {
      await fetchRefs([commit ?? 'HEAD'], options);
      return await checkOut(commit ?? 'FETCH_HEAD', options);
    } catch (error) {
      // Not every server gives out a commit that no branch points at: then all of its branches are fetched.
      if (commit === undefined || !(error instanceof ReleaseError) || error.code !== 'COMMIT_NOT_FOUND') throw error;
    }
  }
  await fetchRefs(['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'], {
    ...options,
    depth: undefined,
  });
  const name = commit ?? 'HEAD';
  await checkOut(await resolveCommit([`origin/${name}`, `refs/tags/${name}`, name], options, name), options);
}

async function resolveCommit(names: readonly string[], options: GitOptions, asked: string): Promise<string> {
  for (const name of names) {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`];
    const { stdout, exitCode } = await runGit(args, options, [1, 128]);
    if (exitCode === 0) return stdout.trim();
  }
  throw new ReleaseError('COMMIT_NOT_FOUND', `the repository has no commit ${JSON.stringify(asked)}`, {
    hint: asked === 'HEAD' ? 'Commit something first.' : 'Check the commit, branch or tag.',
  });
}
