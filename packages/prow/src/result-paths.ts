import { ProwError } from './errors.js';
import type { ProwJobInfo } from './job.js';
import type { Refs } from './refs.js';

/** How repositories show up in the paths of presubmits. */
export type PathStrategy = 'explicit' | 'legacy' | 'single';

/** Options of {@link resultPaths}, as in a decoration config's `gcs_configuration`. */
export interface PathOptions {
  /** @default 'explicit' */
  readonly strategy?: PathStrategy | undefined;
  /** Needed by `legacy` and `single`. */
  readonly defaultOrg?: string | undefined;
  /** Needed by `legacy` and `single`. */
  readonly defaultRepo?: string | undefined;
  /** Put before run directories only, as Prow does. Best left out: TestGrid looks for the other files below it too. */
  readonly pathPrefix?: string | undefined;
  /** Results go to the root of a plain folder, with no alias and no latest build. @default false */
  readonly localOutput?: boolean | undefined;
}

/** Object names below the results' URI. No leading and no trailing slash. */
export interface ResultPaths {
  /** Folder of the run; `''` for a local output folder. */
  readonly runDir: string;
  /** File that points at the run; presubmits only. */
  readonly alias?: string;
  /** The `latest-build.txt` files. */
  readonly latestBuild: readonly string[];
}

/**
 * Where Prow keeps the results of a job.
 *
 * @throws {ProwError} `INVALID_OPTION` for an unknown strategy, one that lacks its defaults, or names that are no part of a
 * path; `INVALID_ENVIRONMENT` for a presubmit without pull.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/pod-utils/gcs/target.go
 */
export function resultPaths(job: ProwJobInfo, options: PathOptions = {}): ResultPaths {
  const segment = segmentMaker(options);
  if (options.localOutput === true) return { runDir: '', latestBuild: [] };
  const { job: name, buildId } = job;
  const run = (...parts: readonly string[]) => join(options.pathPrefix ?? '', ...parts, name, buildId);
  if (job.type === 'periodic' || job.type === 'postsubmit') {
    return { runDir: run('logs'), latestBuild: [join('logs', name, latestBuild)] };
  }
  const directory = join('pr-logs', 'directory', name);
  if (job.type === 'batch') {
    return { runDir: run('pr-logs', 'pull', 'batch'), latestBuild: [join(directory, latestBuild)] };
  }
  const pull = job.refs?.pulls?.[0];
  if (job.refs === undefined || pull === undefined) {
    throw new ProwError('INVALID_ENVIRONMENT', 'presubmit needs refs.pulls[0]');
  }
  const place = join('pr-logs', 'pull', segment(job.refs), String(pull.number));
  return {
    runDir: run(place),
    alias: join(directory, `${buildId}.txt`),
    latestBuild: [join(directory, latestBuild), join(place, name, latestBuild)],
  };
}

const latestBuild = 'latest-build.txt';

function segmentMaker(options: PathOptions): (refs: Refs) => string {
  const { strategy = 'explicit', defaultOrg, defaultRepo } = options;
  const explicit = ({ org, repo }: Pick<Refs, 'org' | 'repo'>) => checkSegment(`${flatOrg(org)}_${flatRepo(repo)}`);
  if (strategy === 'explicit') return explicit;
  if (strategy !== 'legacy' && strategy !== 'single') {
    throw new ProwError('INVALID_OPTION', `unknown path strategy ${JSON.stringify(strategy)}`, {
      hint: 'Use explicit, legacy or single.',
    });
  }
  if (!defaultOrg || !defaultRepo) {
    throw new ProwError('INVALID_OPTION', `path strategy ${strategy} needs a default org and a default repo`);
  }
  return (refs) => {
    if (flatOrg(refs.org) !== flatOrg(defaultOrg)) return explicit(refs);
    if (flatRepo(refs.repo) === flatRepo(defaultRepo)) return '';
    return strategy === 'legacy' ? checkSegment(flatRepo(refs.repo)) : explicit(refs);
  };
}

/** On Gerrit an org is the URL of a server. */
function flatOrg(org: string): string {
  return org.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}

/** On Gerrit a repo may be a path. */
function flatRepo(repo: string): string {
  return repo.replaceAll('/', '_');
}

function checkSegment(segment: string): string {
  if (segment === '.' || segment === '..' || segment.includes('/')) {
    throw new ProwError('INVALID_OPTION', `org and repo make no part of a path: ${JSON.stringify(segment)}`);
  }
  return segment;
}

/** Drops empty parts and doubled slashes. */
function join(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/');
}
