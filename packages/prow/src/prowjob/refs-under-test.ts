import type { ConfiguredJob } from '../config/job-config.js';
import { ProwError } from '../errors.js';
import type { GithubPull } from '../github/repositories.js';
import type { Refs } from '../refs.js';
import { splitRepo } from './find-job.js';

/** What of the refs is known. Empty texts and the number 0 count as unknown. */
export interface KnownRefs {
  readonly baseRef?: string | undefined;
  readonly baseSha?: string | undefined;
  readonly pullNumber?: number | undefined;
  readonly pullSha?: string | undefined;
  readonly pullAuthor?: string | undefined;
  readonly pullHeadRef?: string | undefined;
}

/** Where unknown refs are looked up. */
export interface RefSource {
  getPull(pull: { readonly org: string; readonly repo: string; readonly number: number }): Promise<GithubPull>;
  getRefSha(ref: { readonly org: string; readonly repo: string; readonly ref: string }): Promise<string>;
}

/** Asks a person. `flag` is what would have made the question needless. */
export type Ask = (question: string, flag: string) => Promise<string>;

/**
 * Completes what a job is to test: asks for a presubmit's number and, without a pull request, for the base; looks up the
 * rest, each only when it is missing. A title is never looked up, nor is the name of the head's branch.
 *
 * @returns `undefined` for periodics.
 * @throws {ProwError} `INVALID_FLAG` for an answer that is no number or empty; whatever the sources throw.
 */
export async function completeRefs(
  deps: { readonly source: RefSource; readonly ask: Ask },
  configured: ConfiguredJob,
  known: KnownRefs,
): Promise<Refs | undefined> {
  if (configured.type === 'periodic') return undefined;
  const { org, repo } = splitRepo(configured.repo);
  const isPresubmit = configured.type === 'presubmit';
  const number = known.pullNumber || (isPresubmit ? await askNumber(deps.ask) : 0);
  let asked: Promise<GithubPull> | undefined;
  const pull = () => (asked ??= deps.source.getPull({ org, repo, number }));

  const { pullHeadRef: head_ref } = known;
  const author = known.pullAuthor || (isPresubmit ? (await pull()).author : '');
  const sha = known.pullSha || (isPresubmit ? (await pull()).head.sha : '');
  const base_ref = known.baseRef || (number === 0 ? await askBase(deps.ask) : (await pull()).base.ref);
  const base_sha =
    known.baseSha ||
    (number === 0 ? await deps.source.getRefSha({ org, repo, ref: `heads/${base_ref}` }) : (await pull()).base.sha);
  return {
    org,
    repo,
    base_ref,
    base_sha,
    ...(isPresubmit && { pulls: [{ number, author, sha, ...(head_ref && { head_ref }) }] }),
  };
}

async function askNumber(ask: Ask): Promise<number> {
  const answer = await ask('PR Number: ', '--pull-number');
  const number = Number(answer);
  if (/^\d+$/.test(answer) && number > 0 && Number.isSafeInteger(number)) return number;
  throw new ProwError('INVALID_FLAG', `not the number of a pull request: ${JSON.stringify(answer)}`, {
    hint: 'Answer with digits only, or give --pull-number.',
  });
}

async function askBase(ask: Ask): Promise<string> {
  const answer = await ask('Base ref (e.g. master): ', '--base-ref');
  if (answer !== '') return answer;
  throw new ProwError('INVALID_FLAG', 'the base ref is empty', { hint: 'Name a branch, or give --base-ref.' });
}
