import { mergeDecoration } from './decoration.js';
import type { BranchJob, JobBase, Periodic, Postsubmit, Presubmit } from './job-config.js';
import type { Plank } from './raw-config.js';

/** What jobs get where they say nothing. */
export interface JobDefaults {
  readonly podNamespace: string;
  readonly decorateAllJobs: boolean;
  readonly plank: Plank;
}

/** The comment that starts a presubmit, where the job does not say its own: a line that is `/test NAME`, among others. */
export function defaultTrigger(name: string): { readonly trigger: string; readonly rerun_command: string } {
  return { trigger: String.raw`(?m)^/test( | .* )${name},?($|\s.*)`, rerun_command: `/test ${name}` };
}

/** Whether Prow's utilities run beside a job. One that is not to be decorated but has a decoration is. */
export function isDecorated({ decorate, decoration_config }: Pick<JobBase, 'decorate' | 'decoration_config'>): boolean {
  return decorate === true || decoration_config !== undefined;
}

export function defaultPresubmit(job: Presubmit, repo: string, defaults: JobDefaults): Presubmit {
  const hasCommand = Boolean(job.trigger) || Boolean(job.rerun_command);
  return { ...defaultBranchJob(job, repo, defaults), ...(hasCommand ? {} : defaultTrigger(job.name)) };
}

export function defaultPostsubmit(job: Postsubmit, repo: string, defaults: JobDefaults): Postsubmit {
  return defaultBranchJob(job, repo, defaults);
}

/** A periodic's repository is that of its first extra ref. */
export function defaultPeriodic(job: Periodic, defaults: JobDefaults): Periodic {
  const [ref] = job.extra_refs ?? [];
  return defaultJob(job, ref === undefined ? undefined : `${ref.org}/${ref.repo}`, defaults);
}

function defaultBranchJob<Job extends BranchJob>(job: Job, repo: string, defaults: JobDefaults): Job {
  return { ...defaultJob(job, repo, defaults), context: job.context || job.name };
}

function defaultJob<Job extends JobBase>(job: Job, repo: string | undefined, defaults: JobDefaults): Job {
  const cluster = job.cluster || 'default';
  const decorate = job.decorate ?? defaults.decorateAllJobs;
  const merged = decorate ? mergeDecoration(defaults.plank, { repo, cluster }, job.decoration_config) : undefined;
  return {
    ...job,
    agent: job.agent || 'kubernetes',
    cluster,
    namespace: job.namespace || defaults.podNamespace,
    decorate,
    ...(merged === undefined ? {} : { decoration_config: merged }),
  };
}
