import type { ConfiguredJob, Position } from './job-config.js';
import type { ConfigProblem } from './problem.js';
import type { Fault } from './validate-job.js';
import type { Path } from './yaml-file.js';

/** A job while its config is loaded. */
export interface LoadedJob {
  readonly configured: ConfiguredJob;
  /** Where a field of the job was written, by its path below the job. */
  locate(path: Path): Position;
}

/** Puts a fault of a job at its place. */
export function problemAt({ configured, locate }: LoadedJob, { path, ...fault }: Fault): ConfigProblem {
  return { ...fault, position: locate(path), job: configured.job.name };
}
