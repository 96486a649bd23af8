import type { ConfiguredJob, ProwConfig } from '../config/job-config.js';
import { ProwError } from '../errors.js';
import type { JobType } from '../job.js';

const ORDER: readonly JobType[] = ['presubmit', 'postsubmit', 'periodic'];

/**
 * Finds a job by its name: among the presubmits of all repositories, in order of their names, then the postsubmits, then the
 * periodics. Branches make no difference.
 *
 * @throws {ProwError} `UNKNOWN_JOB` when there is none.
 */
export function findJob(config: ProwConfig, name: string): ConfiguredJob {
  const found = config.jobs.filter(({ job }) => job.name === name);
  const rank = (one: ConfiguredJob) => ORDER.indexOf(one.type);
  const repo = (one: ConfiguredJob) => ('repo' in one ? one.repo : '');
  // Prow takes its repositories in random order; sorting is stable, so that jobs of one repository stay as in the file.
  const [first] = found.sort((a, b) => rank(a) - rank(b) || (repo(a) < repo(b) ? -1 : repo(a) > repo(b) ? 1 : 0));
  if (first !== undefined) return first;
  throw new ProwError('UNKNOWN_JOB', `there is no job ${JSON.stringify(name)} in the config`, {
    hint: nearbyHint(config, name),
  });
}

function nearbyHint({ jobs }: ProwConfig, name: string): string {
  const names = [...new Set(jobs.map(({ job }) => job.name))];
  const near = names.filter((one) => one.includes(name) || name.includes(one)).slice(0, 5);
  if (near.length > 0) return `Did you mean ${near.join(' or ')}?`;
  return names.length === 0
    ? 'The config has no jobs: give --job-config-path.'
    : 'Name a job of --config-path or --job-config-path.';
}

/**
 * Splits `org/repo`. The org of a Gerrit repository is its host with the scheme.
 *
 * @throws {ProwError} `INVALID_CONFIG` when it has no slash.
 */
export function splitRepo(name: string): { readonly org: string; readonly repo: string } {
  const [, org, repo] = /^(https?:\/\/[^/]+|[^/]+)\/(.+)$/.exec(name) ?? [];
  if (org !== undefined && repo !== undefined) return { org, repo };
  throw new ProwError('INVALID_CONFIG', `not a repository: ${JSON.stringify(name)}`, {
    hint: 'Key presubmits and postsubmits by ORG/REPO.',
  });
}
