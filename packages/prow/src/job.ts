import type { Refs } from './refs.js';

/** Prow's four kinds of job. */
export const jobTypes = ['presubmit', 'postsubmit', 'periodic', 'batch'] as const;

/** One of {@link jobTypes}. */
export type JobType = (typeof jobTypes)[number];

/** What is known of the job this process runs in. */
export interface ProwJobInfo {
  readonly type: JobType;
  /** Name of the job. */
  readonly job: string;
  /** Digits. Text, because Prow's ids are larger than the integers of JavaScript. */
  readonly buildId: string;
  /** Name of the ProwJob object. */
  readonly prowJobId?: string | undefined;
  /** Never there for periodics. */
  readonly refs?: Refs | undefined;
  /** Further repositories, in order. */
  readonly extraRefs?: readonly Refs[] | undefined;
  /** Whether Prow's sidecar uploads logs, artifacts and metadata of this job. */
  readonly decorated: boolean;
  /** Folder that the sidecar uploads: `ARTIFACTS`. */
  readonly artifactsDir?: string | undefined;
  /** Where the sources of these facts contradict each other. */
  readonly warnings: readonly string[];
}

/**
 * The commit a run is about: of the first pull, else of the base, else the base's name; of `refs`, else of the first extra
 * ref that is not auxiliary. `undefined` when nothing is checked out. A batch yields the commit of its first pull.
 */
export function revisionOf(job: Pick<ProwJobInfo, 'refs' | 'extraRefs'>): string | undefined {
  const refs = mainRefs(job);
  const [pull] = refs?.pulls ?? [];
  // "" is how Prow writes an unknown SHA.
  return (pull === undefined ? refs?.base_sha || refs?.base_ref : pull.sha) || undefined;
}

/** `refs`, or the first of `extraRefs` that is not auxiliary. */
export function mainRefs(job: Pick<ProwJobInfo, 'refs' | 'extraRefs'>): Refs | undefined {
  return job.refs ?? job.extraRefs?.find(({ auxiliary }) => auxiliary !== true);
}
