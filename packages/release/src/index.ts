/**
 * From a commit to an image and a chart: checkout, build, push, publish.
 *
 * ```ts
 * import { cloneSource, createDocker, buildRelease, imageTag } from '@seatrial/release';
 *
 * const { dir, sha, shortSha, diffHash } = await cloneSource({ repo: '.', dir: '/tmp/source', includeChanges: true });
 * const info = await buildRelease({
 *   sourceDir: dir,
 *   commit: sha,
 *   image: { name: 'operator', context: '.' },
 *   chart: { path: 'chart' },
 *   registry: 'localhost:5000/team',
 *   tag: imageTag({ dateMs: Date.now(), shortSha, diffHash }),
 *   outDir: '/tmp/release',
 *   docker: await createDocker({ host: process.env['DOCKER_HOST'] }),
 * });
 * ```
 *
 * @module
 */
export {
  buildRelease,
  imageReference,
  type ChartSpec,
  type ReleaseRequest,
  type ReleaseServices,
} from './build-release.js';
export type { Clock } from './clock.js';
export { ReleaseError, type ReleaseErrorCode, type ReleaseErrorFacts } from './errors.js';
export { findReleaseConfig, parseReleaseConfig, type ReleaseConfig } from './release-config.js';
export { imageTag, type TagParts } from './image-tag.js';
export { buildImage, type BuildRequest, type EngineIo, type ImageSpec } from './image/build-image.js';
export {
  createDocker,
  type DockerEngine,
  type EngineImage,
  type EngineOptions,
  type RegistryAuth,
} from './image/engine.js';
export { pushImage, tagImage, type PushOptions } from './image/push-image.js';
export { parseReference, type ImageReference } from './image/reference.js';
export { formatBuildInfo, parseBuildInfo, type BuildInfo, type BuildRecord } from './records/build-info.js';
export { readLatestGreen } from './records/latest-green.js';
export {
  findLatestRelease,
  moveLatestRelease,
  type LatestRelease,
  type ReleaseToMove,
} from './records/latest-release.js';
export type { RecordStore, RecordWriteOptions } from './records/record-store.js';
export { cloneSource, type ClonedSource, type CloneRequest } from './source/clone-source.js';
export { describeTree, type TreeDescription } from './source/describe-tree.js';
export type { PullRequest, SourceRefs } from './source/merge-pulls.js';
