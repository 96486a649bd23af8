import type { ProwJobInfo } from '@seatrial/prow';
import { RunnerError } from '../errors.js';
import type { Env } from '../services.js';

/** What on GitHub a run is about. */
export interface ReportTarget {
  readonly org: string;
  readonly repo: string;
  /** Pull request that is commented on. @default none: a status only */
  readonly pull?: number;
  /** Commit that gets the status. @default the head of the pull request */
  readonly sha?: string;
  /** What to type to run the job again. */
  readonly rerun?: string;
}

/**
 * Reads it from Prow's job, else from what GitHub Actions sets.
 *
 * @throws {RunnerError} `SETTING_MISSING`
 * @see https://docs.github.com/en/actions/reference/variables-reference
 */
export function reportTarget(job: ProwJobInfo, env: Env): ReportTarget {
  const { refs } = job;
  if (refs !== undefined) {
    const [pull, ...others] = refs.pulls ?? [];
    const sha = (pull?.sha ?? refs.base_sha) || undefined;
    return {
      org: refs.org,
      repo: refs.repo,
      // A batch is of several, and says nothing about one of them.
      ...(pull === undefined || others.length > 0 ? {} : { pull: pull.number, rerun: `/test ${job.job}` }),
      ...(sha === undefined ? {} : { sha }),
    };
  }
  const [, org, repo] = /^([^/]+)\/([^/]+)$/.exec(env['GITHUB_REPOSITORY'] ?? '') ?? [];
  const pull = /^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '')?.[1];
  const sha = env['GITHUB_SHA'];
  if (org === undefined || repo === undefined || (pull === undefined && !sha)) {
    throw new RunnerError('SETTING_MISSING', '--report github does not know which commit or pull request to tell', {
      hint: 'Run it in a Prow job with refs (JOB_SPEC), in GitHub Actions, or set GITHUB_REPOSITORY and GITHUB_SHA.',
    });
  }
  // In Actions, GITHUB_SHA of a pull request is that of a merge nobody sees.
  return { org, repo, ...(pull === undefined ? { sha } : { pull: Number(pull) }) };
}
