import type { DecorationConfig, Periodic, PodSpec, Postsubmit, Presubmit } from './job-config.js';

/** A preset as it was written. */
export interface Preset {
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: NonNullable<NonNullable<PodSpec['containers']>[number]['env']>;
  readonly volumes?: NonNullable<PodSpec['volumes']>;
  readonly volumeMounts?: NonNullable<NonNullable<PodSpec['containers']>[number]['volumeMounts']>;
  readonly tolerations?: NonNullable<PodSpec['tolerations']>;
}

/** `plank` of the main config: the part of it that jobs depend on. */
export interface Plank {
  readonly default_decoration_config_entries?: readonly {
    readonly repo?: string;
    readonly cluster?: string;
    readonly config?: DecorationConfig;
  }[];
  /** The older form, by repository, org or `*`. */
  readonly default_decoration_configs?: Readonly<Record<string, DecorationConfig>>;
  readonly job_queue_capacities?: Readonly<Record<string, number>>;
  readonly [field: string]: unknown;
}

/** One file of config, decoded and not yet defaulted. */
export interface RawConfig {
  readonly presets?: readonly Preset[];
  readonly presubmits?: Readonly<Record<string, readonly Presubmit[]>>;
  readonly postsubmits?: Readonly<Record<string, readonly Postsubmit[]>>;
  readonly periodics?: readonly Periodic[];
  readonly decorate_all_jobs?: boolean;
  readonly pod_namespace?: string;
  readonly prowjob_namespace?: string;
  readonly plank?: Plank;
}
