import type { ProwJobInfo } from './job.js';
import { formatPullRefs } from './pull-refs.js';
import type { Refs } from './refs.js';

/**
 * The variables Prow sets for a job: what `parseJobEnvironment` reads, written.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/pod-utils/downwardapi/jobspec.go
 */
export function formatJobEnvironment(
  job: ProwJobInfo,
  options: {
    /** What runs the job; only Kubernetes' gets the deprecated `BUILD_NUMBER`. @default 'kubernetes' */
    readonly agent?: 'kubernetes' | 'jenkins' | 'tekton-pipeline';
  } = {},
): Readonly<Record<string, string>> {
  const { agent = 'kubernetes' } = options;
  const { refs } = job;
  const pull = job.type === 'presubmit' ? refs?.pulls?.[0] : undefined;
  return {
    CI: 'true',
    JOB_NAME: job.job,
    JOB_TYPE: job.type,
    JOB_SPEC: formatJobSpec(job),
    BUILD_ID: job.buildId,
    PROW_JOB_ID: job.prowJobId ?? '',
    ...(agent === 'kubernetes' ? { BUILD_NUMBER: job.buildId } : {}),
    ...(job.artifactsDir === undefined ? {} : { ARTIFACTS: job.artifactsDir }),
    ...(job.type === 'periodic' || refs === undefined
      ? {}
      : {
          REPO_OWNER: refs.org,
          REPO_NAME: refs.repo,
          ...sourceOf(refs),
          PULL_BASE_REF: refs.base_ref ?? '',
          PULL_BASE_SHA: refs.base_sha ?? '',
          PULL_REFS: formatPullRefs(refs),
        }),
    ...(pull === undefined
      ? {}
      : {
          PULL_NUMBER: String(pull.number),
          PULL_PULL_SHA: pull.sha,
          PULL_HEAD_REF: pull.head_ref ?? '',
          PULL_TITLE: pull.title ?? '',
        }),
  };
}

/** Compact JSON in Prow's order, with the characters escaped that Go escapes. */
function formatJobSpec(job: ProwJobInfo): string {
  const spec = {
    type: job.type,
    job: job.job,
    buildid: job.buildId,
    prowjobid: job.prowJobId ?? '',
    refs: job.refs,
    extra_refs: job.extraRefs?.length === 0 ? undefined : job.extraRefs,
    decoration_config: job.decorated ? {} : undefined,
  };
  return JSON.stringify(spec).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Where the source lies by Go's import path: `path_alias`, else `repo_link` without scheme, else GitHub. */
function sourceOf({ org, repo, path_alias, repo_link }: Refs): { SRC_HOST: string; SRC_BASE: string } {
  const place = path_alias || repo_link?.replace(/^.*:\/\//, '') || `github.com/${org}/${repo}`;
  const slash = place.indexOf('/');
  if (slash < 0) return { SRC_HOST: place, SRC_BASE: `${org}/${repo}` };
  return { SRC_HOST: place.slice(0, slash), SRC_BASE: place.slice(slash + 1) };
}
