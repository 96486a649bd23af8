/**
 * ProwJobs: make one of a configured job or of an older one, create it in a cluster, watch it to its end.
 *
 * @example
 * ```ts
 * import { createProwJob, findJob, formatYaml } from '@seatrial/prow/prowjob';
 *
 * const job = createProwJob(findJob(config, 'ci-widgets'), { newId: randomUUID, startTimeMs: Date.now() });
 * console.log(await formatYaml(job));
 * ```
 *
 * @module
 */
export { createProwJob } from './create-prow-job.js';
export type { NewProwJobOptions } from './create-prow-job.js';
export { connectCluster } from './cluster.js';
export type { ProwJobCluster } from './cluster.js';
export { prowJobDefinition } from './definition.js';
export { findJob } from './find-job.js';
export { formatYaml } from './format-prow-job.js';
export { isEndState, parseProwJob, prowJobStates } from './prow-job.js';
export type { ProwJob, ProwJobSpec, ProwJobState, ProwJobStatus } from './prow-job.js';
export { completeRefs } from './refs-under-test.js';
export type { Ask, KnownRefs, RefSource } from './refs-under-test.js';
export { rerunLatest, rerunProwJob } from './rerun.js';
export { runProwJob } from './run-prow-job.js';
export type { RunOptions } from './run-prow-job.js';
