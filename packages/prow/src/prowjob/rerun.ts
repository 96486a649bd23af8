import { runsOnBranch } from '../config/branches.js';
import type { ConfiguredJob, ProwConfig } from '../config/job-config.js';
import { ProwError } from '../errors.js';
import { createProwJob, newProwJob } from './create-prow-job.js';
import type { NewProwJobOptions } from './create-prow-job.js';
import { splitRepo } from './find-job.js';
import type { ProwJob } from './prow-job.js';

// What says something of the old object only.
const OLD_ONLY = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'prow.k8s.io/build-id',
  'prow.k8s.io/id',
]);
// Set by Prow's components, not by the job's config.
const COMPONENT_LABEL = /^(?:event-GUID|created-by-tide|prow\.k8s\.io\/gerrit-.*)$/;

/**
 * Makes a new ProwJob of an old one: same spec, labels and annotations; new name and start; nothing of the old status, uid
 * or version.
 *
 * The name must be new because the pod is named after it, so that an old one would be taken up again; the start because Prow
 * aborts the older one of two equal presubmits, and removes old jobs.
 */
export function rerunProwJob(old: ProwJob, options: NewProwJobOptions): ProwJob {
  const { labels, annotations } = old.metadata;
  return newProwJob(
    old.spec,
    { labels: without(labels, OLD_ONLY), annotations: without(annotations, OLD_ONLY) },
    options,
  );
}

/**
 * Makes a new ProwJob of an old one by what the config says now. Of the old one only the refs and the labels that Prow's
 * components set are kept. Of several jobs of one name it is the one that runs on the branch.
 *
 * @throws {ProwError} `UNKNOWN_JOB` when the config has no such job of that type, repository and branch any more.
 */
export function rerunLatest(old: ProwJob, config: ProwConfig, options: NewProwJobOptions): ProwJob {
  const configured = findAgain(old, config);
  const { type, refs } = old.spec;
  const labels = Object.entries(old.metadata.labels ?? {}).filter(([key]) => COMPONENT_LABEL.test(key));
  const job = { ...configured.job, labels: { ...configured.job.labels, ...Object.fromEntries(labels) } };
  // The kind of job is the one of `configured` still, which the spread does not tell.
  return createProwJob({ ...configured, job } as ConfiguredJob, { ...options, refs, batch: type === 'batch' });
}

function findAgain({ spec }: ProwJob, config: ProwConfig): ConfiguredJob {
  const { type, job, refs } = spec;
  const found = config.jobs.find((one) => {
    if (one.job.name !== job || one.type !== (type === 'batch' ? 'presubmit' : type)) return false;
    if (one.type === 'periodic') return true;
    const { org, repo } = splitRepo(one.repo);
    return org === refs?.org && repo === refs.repo && runsOnBranch(one.job, refs.base_ref ?? '');
  });
  if (found !== undefined) return found;
  const place = refs === undefined ? '' : ` of ${refs.org}/${refs.repo}`;
  throw new ProwError('UNKNOWN_JOB', `there is no ${type} ${JSON.stringify(job)}${place} in the config any more`, {
    hint: 'Leave out --mode latest to run it as it was.',
  });
}

function without(words: Readonly<Record<string, string>> = {}, keys: ReadonlySet<string>) {
  return Object.fromEntries(Object.entries(words).filter(([key]) => !keys.has(key)));
}
