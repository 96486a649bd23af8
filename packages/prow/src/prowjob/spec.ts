import { formatGoDuration, parseGoDuration } from '../config/go-duration.js';
import type { ConfiguredJob, DecorationConfig, JobBase } from '../config/job-config.js';
import { ProwError } from '../errors.js';
import type { Refs } from '../refs.js';
import { toPodSpec, toResources } from './pod-spec.js';
import type { ProwJobSpec } from './prow-job.js';
import { formatQuantity } from './quantity.js';

const DURATIONS = ['timeout', 'grace_period', 'pod_pending_timeout', 'pod_running_timeout', 'pod_unscheduled_timeout'];

/**
 * The spec Prow gives a ProwJob of a configured job.
 *
 * @param options.refs what to test. Left out for periodics, which have none.
 * @param options.batch whether a presubmit tests several pull requests at once. @default false
 * @throws {ProwError} `INVALID_CONFIG` when a decoration's duration is none.
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/pjutil/pjutil.go
 */
export function specOf(
  configured: ConfiguredJob,
  { refs, batch = false }: { readonly refs?: Refs | undefined; readonly batch?: boolean },
): ProwJobSpec {
  if (configured.type === 'periodic') return { ...baseSpec(configured.job), type: 'periodic', report: true };
  const { type, job } = configured;
  const common = {
    ...baseSpec(job),
    ...(refs && { refs: withCloneSettings(refs, job) }),
    context: job.context || job.name,
  };
  // Prow says nothing of reports for batches.
  if (batch) return { ...common, type: 'batch' };
  return {
    ...common,
    type,
    report: job.skip_report !== true,
    ...(type === 'presubmit' && { rerun_command: configured.job.rerun_command }),
    jenkins_spec: job['jenkins_spec'],
  };
}

function baseSpec(job: JobBase) {
  const { decoration_config: decoration, reporter_config: reporters } = job;
  return {
    job: job.name,
    agent: job.agent || 'kubernetes',
    cluster: job.cluster || 'default',
    namespace: job.namespace || 'default',
    extra_refs: job.extra_refs?.map((refs) => withBloblessFetch(refs, job)),
    max_concurrency: job.max_concurrency || undefined,
    error_on_eviction: job.error_on_eviction || undefined,
    hidden: job.hidden || undefined,
    job_queue_name: job.job_queue_name || undefined,
    pod_spec: job.spec && toPodSpec(job.spec),
    decoration_config: decoration && toDecoration(decoration),
    prowjob_defaults: job.prowjob_defaults ?? { tenant_id: 'GlobalDefaultID' },
    reporter_config: reporters && withSlackReport(reporters),
    rerun_auth_config: job.rerun_auth_config,
    pipeline_run_spec: job['pipeline_run_spec'],
    tekton_pipeline_run_spec: job['tekton_pipeline_run_spec'],
  };
}

// Only what is set wins over the refs' own.
function withCloneSettings(refs: Refs, job: JobBase): Refs {
  const { path_alias, clone_uri, skip_submodules, clone_depth, skip_fetch_head, decoration_config } = job;
  const sparse = decoration_config?.['sparse_checkout_files'];
  return {
    ...withBloblessFetch(refs, job),
    ...(path_alias && { path_alias }),
    ...(clone_uri && { clone_uri }),
    ...(skip_submodules && { skip_submodules }),
    ...((clone_depth ?? 0) > 0 && { clone_depth }),
    ...(skip_fetch_head && { skip_fetch_head }),
    ...(refs['sparse_checkout_files'] === undefined && sparse !== undefined && { sparse_checkout_files: sparse }),
  };
}

function withBloblessFetch(refs: Refs, { decoration_config }: JobBase): Refs {
  const { org, repo, blobless_fetch = decoration_config?.['blobless_fetch'], ...rest } = refs;
  // Of the others Go leaves out what is false, empty or 0.
  const set = Object.entries(rest).filter(([, value]) => value !== false && value !== '' && value !== 0);
  return { org, repo, ...Object.fromEntries(set), ...(blobless_fetch !== undefined && { blobless_fetch }) };
}

function toDecoration(decoration: DecorationConfig): DecorationConfig {
  const { resources, default_memory_request: memory, ...rest } = decoration;
  const durations = DURATIONS.flatMap((field) => {
    const value = rest[field];
    return value === undefined || value === null ? [] : [[field, toDuration(field, value)]];
  });
  return {
    ...rest,
    ...Object.fromEntries(durations),
    ...(memory !== undefined && { default_memory_request: formatQuantity(memory) }),
    ...(resources !== undefined && {
      resources: Object.fromEntries(Object.entries(resources ?? {}).map(([name, one]) => [name, toResources(one)])),
    }),
  };
}

// A number is nanoseconds, as Go keeps durations.
function toDuration(field: string, value: unknown): string {
  try {
    return formatGoDuration(typeof value === 'number' ? BigInt(value) : parseGoDuration(String(value)));
  } catch (cause) {
    throw new ProwError('INVALID_CONFIG', `decoration_config.${field} is not a duration: ${JSON.stringify(value)}`, {
      cause,
      hint: 'Write it like 2h or 1h30m; the units are h, m, s, ms, us and ns.',
    });
  }
}

// Go cannot tell an empty list from none once it was written, so Prow says by `report` which of the two it was.
function withSlackReport(reporters: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const slack = reporters['slack'] as Readonly<Record<string, unknown>> | undefined;
  if (!slack || typeof slack['report'] === 'boolean') return reporters;
  const states = slack['job_states_to_report'];
  return { ...reporters, slack: { ...slack, report: !(Array.isArray(states) && states.length === 0) } };
}
