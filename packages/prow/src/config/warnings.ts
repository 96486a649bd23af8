import { isDecorated } from './defaults.js';
import type { LoadedJob } from './loaded-job.js';
import type { ConfigWarning, WarningName } from './problem.js';
import { differencesFromJavaScript } from './re2.js';
import { knownAgents } from './validate-job.js';
import { patternsOf } from './validate-runs.js';
import type { Path } from './yaml-file.js';

/** What some warnings need to know. */
export interface WarningOptions {
  /** Annotations that every job is to have. @default none */
  readonly requiredAnnotations?: readonly string[] | undefined;
  /** Build clusters that there are. @default unknown: the field is not looked at */
  readonly clusters?: readonly string[] | undefined;
}

/** Longest name that is a label's value as it is: Prow cuts longer ones. */
const LONGEST_NAME = 63;
const CLONE_SETTINGS = ['clone_depth', 'clone_uri', 'path_alias'];

interface Remark {
  readonly name: WarningName;
  readonly message: string;
  readonly path: Path;
}

/** What Prow loads, but somebody may not have meant, of one job. */
export function findWarnings(job: LoadedJob, options: WarningOptions): readonly ConfigWarning[] {
  const { configured, locate } = job;
  return [
    ...findNameRemarks(job),
    ...findRefRemarks(job),
    ...findPlaceRemarks(job, options),
    ...findRegexRemarks(job),
  ].map(({ path, ...remark }) => ({ ...remark, position: locate(path), job: configured.job.name }));
}

function findNameRemarks({ configured: { job } }: LoadedJob): readonly Remark[] {
  const { name = '', agent } = job;
  if (agent !== 'kubernetes' || name.length <= LONGEST_NAME) return [];
  const message = `the name has ${name.length} characters; labels hold ${LONGEST_NAME}, so it is cut there`;
  return [{ name: 'long-job-names', message, path: ['name'] }];
}

function findRefRemarks({ configured }: LoadedJob): readonly Remark[] {
  const { job } = configured;
  const remarks: Remark[] = [];
  const seen = new Set<string>(configured.type === 'presubmit' ? [configured.repo] : []);
  for (const [at, { org, repo }] of (job.extra_refs ?? []).entries()) {
    const full = `${org}/${repo}`;
    const message = `${full} is checked out twice`;
    if (seen.has(full)) remarks.push({ name: 'duplicate-job-refs', message, path: ['extra_refs', at] });
    seen.add(full);
  }
  if (configured.type === 'periodic') {
    for (const field of CLONE_SETTINGS.filter((name) => job[name] !== undefined && job[name] !== '')) {
      const message = `${field} of a periodic has no effect; set it in its extra_refs`;
      remarks.push({ name: 'periodic-default-clone-config', message, path: [field] });
    }
  }
  return remarks;
}

function findPlaceRemarks({ configured: { job } }: LoadedJob, options: WarningOptions): readonly Remark[] {
  const { requiredAnnotations = [], clusters } = options;
  const remarks: Remark[] = [];
  const { agent = 'kubernetes' } = job;
  if (!knownAgents.includes(agent)) {
    const message = `the agent ${JSON.stringify(agent)} is unknown to Prow, which does not check its jobs fully`;
    remarks.push({ name: 'unknown-agent', message, path: ['agent'] });
  }
  if (agent === 'kubernetes' && !isDecorated(job)) {
    remarks.push({ name: 'non-decorated-jobs', message: 'the job is not decorated (decorate: true)', path: [] });
  }
  const missing = requiredAnnotations.filter((key) => job.annotations?.[key] === undefined);
  if (missing.length > 0) {
    const message = `no annotation ${missing.join(', ')}`;
    remarks.push({ name: 'required-job-annotations', message, path: ['annotations'] });
  }
  if (clusters !== undefined && !clusters.includes(job.cluster ?? 'default')) {
    const message = `the cluster ${job.cluster} is none of ${clusters.join(', ')}`;
    remarks.push({ name: 'validate-cluster-field', message, path: ['cluster'] });
  }
  return remarks;
}

function findRegexRemarks({ configured }: LoadedJob): readonly Remark[] {
  if (configured.type === 'periodic') return [];
  return patternsOf(configured.job).flatMap(({ path, pattern }) => {
    // The default trigger is Prow's own affair.
    if (path[0] === 'trigger' && pattern.startsWith('(?m)^/test')) return [];
    const differences = differencesFromJavaScript(pattern);
    if (differences.length === 0) return [];
    const message = `${JSON.stringify(pattern)} means something else to JavaScript: ${differences.join(', ')}`;
    return [{ name: 'regex-differs' as const, message, path }];
  });
}
