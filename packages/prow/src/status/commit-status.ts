import type { ProwJobState } from '../prowjob/prow-job.js';
import { ProwError } from '../errors.js';
import type { Refs } from '../refs.js';

/** A commit status, as GitHub's API takes it. */
export interface CommitStatus {
  readonly state: 'pending' | 'success' | 'failure' | 'error';
  readonly context: string;
  readonly description: string;
  readonly target_url?: string;
}

/** State of a commit status for that of a ProwJob. `undefined` for `scheduling`, of which nothing is told. */
export function commitState(state: ProwJobState): CommitStatus['state'] | undefined {
  switch (state) {
    case 'triggered':
    case 'pending':
      return 'pending';
    case 'aborted':
      return 'failure';
    case 'success':
    case 'failure':
    case 'error':
      return state;
    case 'scheduling':
      return undefined;
    default:
      throw new ProwError('INVALID_OPTION', `not a state of a ProwJob: ${JSON.stringify(state)}`);
  }
}

/** What Prow reports of a ProwJob. */
export interface ReportedJob {
  readonly type: string;
  readonly context: string;
  readonly report: boolean;
  readonly refs?: Refs | undefined;
  readonly state: ProwJobState;
  readonly description: string;
  /** `status.url`. */
  readonly url?: string | undefined;
}

/**
 * The commit status that Prow writes of a job, and on which commit. `undefined` for jobs it writes none of: batches,
 * periodics, those with `report: false`, and those that are being scheduled.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/github/report/report.go
 */
export function commitStatus(
  job: ReportedJob,
  options: {
    /** `github_reporter.job_types_to_report`. @default presubmits and postsubmits */
    readonly jobTypes?: readonly string[];
  } = {},
): (CommitStatus & { readonly sha: string }) | undefined {
  const { jobTypes = ['presubmit', 'postsubmit'] } = options;
  const { type, context, report, refs, description, url } = job;
  const isReported = report && ['presubmit', 'postsubmit'].includes(type) && jobTypes.includes(type);
  const state = commitState(job.state);
  const [pull, ...others] = refs?.pulls ?? [];
  const sha = pull?.sha || refs?.base_sha;
  if (!isReported || others.length > 0 || state === undefined || !sha) return undefined;
  return {
    sha,
    state,
    context,
    description: statusDescription(description, refs?.base_sha),
    ...(url ? { target_url: url } : {}),
  };
}

const maxBytes = 140;
const elision = ' ... ';
/** As wide as it looks, and taken for white space by everybody who trims. */
const wideSpace = '\u2001';

/**
 * A description of at most 140 characters, which is GitHub's limit, that ends in the SHA of the base, by which Tide finds out
 * what was tested. A short one is padded, so that the SHA stays out of sight on GitHub's page; a long one loses its middle, at
 * 140 bytes.
 */
export function statusDescription(description: string, baseSha = ''): string {
  const suffix = baseSha === '' ? '' : ` BaseSHA:${baseSha}`;
  const room = maxBytes - Buffer.byteLength(suffix);
  const text = shorten(description, room);
  if (suffix === '') return text;
  const length = Buffer.byteLength(text) + Buffer.byteLength(suffix);
  return `${text}${wideSpace.repeat(Math.max(0, Math.ceil((maxBytes - length) / 4)))}${suffix}`;
}

function shorten(text: string, room: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= room) return text;
  const half = Math.floor((room - elision.length) / 2);
  if (half <= 0) return '';
  return `${wholeCharacters(bytes.subarray(0, half))}${elision}${wholeCharacters(bytes.subarray(bytes.length - half))}`;
}

/** Without the halves of characters at either end: GitHub refuses text that is not UTF-8. */
function wholeCharacters(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString()
    .replace(/^\uFFFD+|\uFFFD+$/g, '');
}

// The second is what Prow wrote of old.
const delimiters = [' BaseSHA:', ' Basesha:'];

/** The SHA of the base in a description, as Tide reads it: 40 characters after the one delimiter. `undefined` for none. */
export function baseShaOf(description: string): string | undefined {
  for (const delimiter of delimiters) {
    const [, sha, ...more] = description.split(delimiter);
    if (sha?.length === 40 && more.length === 0) return sha;
  }
  return undefined;
}
