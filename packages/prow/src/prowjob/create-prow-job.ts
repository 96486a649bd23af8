import type { ConfiguredJob } from '../config/job-config.js';
import type { Refs } from '../refs.js';
import { labelsAndAnnotationsOf } from './labels.js';
import type { ProwJob, ProwJobSpec } from './prow-job.js';
import { formatTime } from './prow-job.js';
import { specOf } from './spec.js';

/** What a new ProwJob gets from its surroundings. */
export interface NewProwJobOptions {
  /** A random UUID. */
  readonly newId: () => string;
  /** When it starts, in milliseconds since 1970. */
  readonly startTimeMs: number;
  /** Set to `scheduling` where Prow's scheduler is on. @default 'triggered' */
  readonly state?: 'triggered' | 'scheduling';
}

/**
 * Makes the ProwJob that Prow would for a configured job, which has its defaults and presets already. It has no namespace.
 *
 * @param options.refs what to test; periodics have none.
 * @param options.batch makes a batch of a presubmit. @default false
 * @throws {ProwError} `INVALID_CONFIG` when the job's decoration cannot be written.
 */
export function createProwJob(
  configured: ConfiguredJob,
  options: NewProwJobOptions & { readonly refs?: Refs | undefined; readonly batch?: boolean },
): ProwJob {
  return newProwJob(specOf(configured, options), configured.job, options);
}

/** Makes a ProwJob of a spec, with labels and annotations of its own. */
export function newProwJob(
  spec: ProwJobSpec,
  own: Parameters<typeof labelsAndAnnotationsOf>[1],
  { newId, startTimeMs, state = 'triggered' }: NewProwJobOptions,
): ProwJob {
  return {
    apiVersion: 'prow.k8s.io/v1',
    kind: 'ProwJob',
    metadata: { name: newId(), ...labelsAndAnnotationsOf(spec, own) },
    spec,
    status: { startTime: formatTime(startTimeMs), state },
  };
}
