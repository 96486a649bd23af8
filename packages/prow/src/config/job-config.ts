import type { JobType } from '../job.js';
import type { Refs } from '../refs.js';

/** Where in a file something was written. Line and column are counted from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A pod spec, with Kubernetes' own field names; only what Prow itself looks at is typed. Fields not listed are kept. */
export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly [field: string]: unknown }[];
  readonly tolerations?: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/** One container of a {@link PodSpec}. */
export interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly [field: string]: unknown }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly [field: string]: unknown;
  }[];
  readonly [field: string]: unknown;
}

/** `decoration_config`, with Prow's own field names. Durations are kept as they were written. Fields not listed are kept. */
export interface DecorationConfig {
  readonly timeout?: string | number;
  readonly grace_period?: string | number;
  readonly utility_images?: Readonly<Record<string, string>>;
  readonly gcs_configuration?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** What all three kinds of configured job have, with Prow's own field names. Fields not listed are kept. */
export interface JobBase {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly agent?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly max_concurrency?: number;
  readonly error_on_eviction?: boolean;
  readonly spec?: PodSpec;
  readonly reporter_config?: Readonly<Record<string, unknown>>;
  readonly rerun_auth_config?: Readonly<Record<string, unknown>>;
  readonly hidden?: boolean;
  readonly prowjob_defaults?: Readonly<Record<string, unknown>>;
  readonly job_queue_name?: string;
  readonly decorate?: boolean;
  readonly decoration_config?: DecorationConfig;
  readonly path_alias?: string;
  readonly clone_uri?: string;
  readonly skip_submodules?: boolean;
  readonly clone_depth?: number;
  readonly skip_fetch_head?: boolean;
  readonly extra_refs?: readonly Refs[];
  readonly [field: string]: unknown;
}

/** What jobs of a branch have: presubmits and postsubmits. */
export interface BranchJob extends JobBase {
  readonly always_run?: boolean;
  readonly branches?: readonly string[];
  readonly skip_branches?: readonly string[];
  readonly run_if_changed?: string;
  readonly skip_if_only_changed?: string;
  readonly context?: string;
  readonly skip_report?: boolean;
}

export interface Presubmit extends BranchJob {
  readonly optional?: boolean;
  readonly trigger?: string;
  readonly rerun_command?: string;
  readonly run_before_merge?: boolean;
}

export type Postsubmit = BranchJob;

export interface Periodic extends JobBase {
  readonly interval?: string;
  readonly minimum_interval?: string;
  readonly cron?: string;
  readonly tags?: readonly string[];
  readonly retry?: { readonly attempts?: number; readonly interval?: string; readonly run_all?: boolean };
}

/** A job as it was configured, with all defaults and presets applied, and where it was written. */
export type ConfiguredJob = { readonly position: Position } & (
  | { readonly type: Extract<JobType, 'presubmit'>; readonly repo: string; readonly job: Presubmit }
  | { readonly type: Extract<JobType, 'postsubmit'>; readonly repo: string; readonly job: Postsubmit }
  | { readonly type: Extract<JobType, 'periodic'>; readonly job: Periodic }
);

/** A Prow config and its job configs, loaded, defaulted and with presets applied. */
export interface ProwConfig {
  /** Namespace of the jobs' pods. @default 'default' */
  readonly podNamespace: string;
  /** Namespace of the ProwJob objects. @default 'default' */
  readonly prowJobNamespace: string;
  /** `plank` of the main config, as it was written. */
  readonly plank: Readonly<Record<string, unknown>>;
  /** Presubmits by repository, then postsubmits by repository, then periodics; within each in the order of the files. */
  readonly jobs: readonly ConfiguredJob[];
}
