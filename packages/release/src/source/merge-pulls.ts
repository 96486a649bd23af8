import { ReleaseError } from '../errors.js';
import { fetchHistory, type FetchOptions, fetchRefs, withRetries } from './fetch.js';
import { runGit } from './git.js';

/** A pull request. */
export interface PullRequest {
  readonly number: number;
  /** Commit of it. @default its newest */
  readonly sha?: string | undefined;
}

/** What Prow calls refs: a base, and the pull requests that are merged into it. */
export interface SourceRefs {
  /** Branch. @default the repository's default branch */
  readonly baseRef?: string | undefined;
  /** Commit of the branch. @default its newest */
  readonly baseSha?: string | undefined;
  /** Merged one after the other. */
  readonly pulls: readonly PullRequest[];
  /** `merge`: into the base, as Prow does. `head`: the one pull request as its author pushed it. @default 'merge' */
  readonly mode?: 'merge' | 'head' | undefined;
}

/** Checks the base out and merges the pull requests into it, so that two machines get the very same commit. */
export async function checkOutRefs(refs: SourceRefs, options: FetchOptions): Promise<void> {
  const { mode = 'merge', pulls } = refs;
  if (mode === 'head') {
    const [pull] = pulls;
    if (pull === undefined || pulls.length > 1) {
      throw new ReleaseError('INVALID_OPTION', `the head of ${pulls.length} pull requests cannot be checked out`, {
        hint: 'Name one pull request, or have them merged.',
      });
    }
    return checkOut(await fetchPull(pull, options), options);
  }
  await fetchRefs([refs.baseSha ?? refs.baseRef ?? 'HEAD'], options);
  await checkOut(refs.baseSha ?? 'FETCH_HEAD', options);
  const { stdout } = await runGit(['show', '--no-patch', '--format=%ct', 'HEAD'], options);
  let seconds = Number(stdout.trim());
  for (const pull of pulls) {
    seconds += 1;
    await merge(pull, await fetchPull(pull, options), seconds, options);
  }
}

async function fetchPull({ number, sha }: PullRequest, options: FetchOptions): Promise<string> {
  try {
    await fetchRefs([`pull/${number}/head`], options);
  } catch (error) {
    if (!(error instanceof ReleaseError) || error.code !== 'COMMIT_NOT_FOUND') throw error;
    throw new ReleaseError('COMMIT_NOT_FOUND', `the repository has no pull request ${number}`, {
      cause: error,
      hint: 'Check the number and the repository: of a fork or a local clone, pull requests are in the original only.',
      detail: error.detail,
    });
  }
  if (sha === undefined) {
    const { stdout } = await runGit(['rev-parse', '--verify', 'FETCH_HEAD^{commit}'], options);
    return stdout.trim();
  }
  const has = await runGit(['cat-file', '-e', `${sha}^{commit}`], options, [1, 128]);
  if (has.exitCode !== 0) await fetchRefs([sha], options); // the author has pushed over it meanwhile
  return sha;
}

async function merge({ number }: PullRequest, sha: string, seconds: number, options: FetchOptions): Promise<void> {
  // Names and times of the merge are part of its hash: fixed, as Prow's clonerefs does.
  const date = `${seconds} +0000`;
  const env: Record<string, string> = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  for (const who of ['AUTHOR', 'COMMITTER']) {
    env[`GIT_${who}_NAME`] = 'ci-robot';
    env[`GIT_${who}_EMAIL`] = 'ci-robot@k8s.io';
  }
  // Of a shallow fetch the two may have nothing in common yet, which git would take for unrelated histories.
  if (options.depth !== undefined) {
    const { exitCode: base } = await runGit(['merge-base', 'HEAD', sha], options, [1]);
    if (base !== 0) await fetchHistory(options);
  }
  const args = ['-c', 'commit.gpgSign=false', 'merge', '--no-ff', '--no-stat', '-m', `merge #${number}`, sha];
  // A partial clone fetches the files of a merge in the middle of it: what that leaves goes before the next try.
  const { exitCode } = await withRetries(options, async () => {
    await runGit(['reset', '--quiet', '--hard'], options);
    return runGit(args, { ...options, env }, [1]);
  });
  if (exitCode === 0) return;
  const { stdout } = await runGit(['diff', '--name-only', '--diff-filter=U', '-z'], options);
  const files = stdout.split('\0').filter((file) => file !== '');
  throw new ReleaseError(
    'MERGE_CONFLICT',
    `pull request ${number} does not merge into its base: ${files.length} files conflict`,
    {
      hint: 'Rebase the pull request on its base.',
      detail: files.join('\n'),
    },
  );
}

/** `git checkout` of a commit, on no branch. */
export async function checkOut(commit: string, options: FetchOptions): Promise<void> {
  // Of a partial clone this fetches files, too.
  await withRetries(options, () => runGit(['checkout', '--quiet', '--force', '--detach', commit], options));
}
