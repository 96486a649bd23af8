/**
 * Prow interoperability: what job this is, where its results belong, and the files that Prow, Deck, Gubernator and TestGrid
 * read there.
 *
 * @example
 * ```ts
 * import { createFinished, createStarted, parseJobEnvironment, writeFinished, writeStarted } from '@seatrial/prow';
 * import { createObjectStore } from '@seatrial/storage';
 *
 * const store = createObjectStore();
 * const job = parseJobEnvironment(process.env);
 * const started = createStarted(job, { timestampMs: Date.now() });
 * const { runUri } = await writeStarted(store, 'gs://ci-logs', job, started);
 * // … the tests, with their artifacts under `${runUri}/artifacts/` …
 * const finished = createFinished(job, { timestampMs: Date.now(), passed: true, result: 'SUCCESS' });
 * await writeFinished(store, runUri, finished);
 * ```
 *
 * @module
 */
export { ProwError } from './errors.js';
export type { ProwErrorCode } from './errors.js';
export { jobTypes, revisionOf } from './job.js';
export type { JobType, ProwJobInfo } from './job.js';
export type { Pull, Refs } from './refs.js';
export { formatPullRefs, parsePullRefs } from './pull-refs.js';
export type { PullRefs } from './pull-refs.js';
export { isProwEnvironment, parseJobEnvironment } from './job-environment.js';
export type { Env } from './job-environment.js';
export { formatJobEnvironment } from './environment-variables.js';
export { newBuildId } from './build-id.js';
export { resultPaths } from './result-paths.js';
export type { PathOptions, PathStrategy, ResultPaths } from './result-paths.js';
export { createStarted, parseStarted } from './started.js';
export type { Started } from './started.js';
export { createFinished, parseFinished } from './finished.js';
export type { Finished, FinishedResult } from './finished.js';
export type { Metadata, MetadataValue } from './metadata.js';
export { shouldWriteResults, writeFinished, writeStarted } from './results.js';
export type { ResultDuties, ResultWriter } from './results.js';
export { latestGreenUri, moveLatestGreen, readLatestGreen } from './latest-green.js';
export type { GreenStore, LatestGreen } from './latest-green.js';
export { resultLinks } from './result-links.js';
export type { LinkOptions, ResultLinks } from './result-links.js';
export { describeArtifact } from './upload/artifact-types.js';
export type { ArtifactObject, ArtifactTypeOptions } from './upload/artifact-types.js';
export { uploadArtifacts } from './upload/upload-artifacts.js';
export type { ArtifactStore, UploadArtifactsOptions, UploadedFile } from './upload/upload-artifacts.js';
export { uploadRun } from './upload/upload-run.js';
export type { RunUploadStore } from './upload/upload-run.js';
export { jobMetadata } from './upload/job-metadata.js';
