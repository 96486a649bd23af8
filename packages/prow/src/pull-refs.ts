import { ProwError } from './errors.js';
import type { Refs } from './refs.js';

/** The part of {@link Refs} that a `PULL_REFS` text holds. */
export type PullRefs = Pick<Refs, 'base_ref' | 'base_sha' | 'pulls'>;

/**
 * Writes refs as `PULL_REFS`: `main:<sha>,7:<sha>`. The base goes without colon when its SHA is empty, a pull never does.
 *
 * Branch names may hold commas, and then the text cannot be read back: only `JOB_SPEC` is reliable.
 */
export function formatPullRefs({ base_ref, base_sha, pulls = [] }: PullRefs): string {
  const base = base_sha ? `${base_ref ?? ''}:${base_sha}` : (base_ref ?? '');
  return [base, ...pulls.map(({ number, sha, ref }) => `${number}:${sha}${ref ? `:${ref}` : ''}`)].join(',');
}

/**
 * Reads `PULL_REFS`, as Prow's clonerefs does: a pull may lack its SHA.
 *
 * @throws {ProwError} `INVALID_REFS` when the base or a pull has too many parts, or a pull's number is none.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/clonerefs/parse.go
 */
export function parsePullRefs(text: string): PullRefs {
  const [base = '', ...pulls] = text.split(',');
  const invalid = (why: string) =>
    new ProwError('INVALID_REFS', `not PULL_REFS: ${JSON.stringify(text)}: ${why}`, {
      hint: 'Write it as BRANCH:SHA,NUMBER:SHA; the pulls are optional.',
    });
  const [base_ref = '', base_sha, ...more] = base.split(':');
  if (more.length > 0) throw invalid(`malformed base ${JSON.stringify(base)}`);
  if (base_ref === '') throw invalid('the base is empty');
  return {
    base_ref,
    ...(base_sha ? { base_sha } : {}),
    ...(pulls.length === 0 ? {} : { pulls: pulls.map((pull) => parsePull(pull, invalid)) }),
  };
}

function parsePull(text: string, invalid: (why: string) => ProwError) {
  const [number = '', sha = '', ref, ...more] = text.split(':');
  if (more.length > 0) throw invalid(`malformed pull ${JSON.stringify(text)}`);
  if (!/^\d+$/.test(number) || !Number.isSafeInteger(Number(number))) {
    throw invalid(`pull id ${JSON.stringify(number)} is not a number`);
  }
  return { number: Number(number), sha, ...(ref ? { ref } : {}) };
}
