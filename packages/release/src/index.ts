/**
 * From a commit to an image and a chart: checkout, build, push, publish.
 *
 * ```ts
 * import { cloneSource, createDocker, createEngineBuilder, buildRelease, imageTag } from '@seatrial/release';
 *
 * const { dir, sha, shortSha, diffHash } = await cloneSource({ repo: '.', dir: '/tmp/source', includeChanges: true });
 * const info = await buildRelease({
 *   sourceDir: dir,
 *   commit: sha,
 *   images: [{ name: 'operator', context: '.' }],
 *   chart: { path: 'chart' },
 *   registry: 'localhost:5000/team',
 *   tag: imageTag({ dateMs: Date.now(), shortSha, diffHash }),
 *   outDir: '/tmp/release',
 *   builder: createEngineBuilder(await createDocker({ host: process.env['DOCKER_HOST'] })),
 * });
 * ```
 *
 * @module
 */
export { buildRelease, type ChartSpec, type ReleaseRequest, type ReleaseServices } from './build-release.js';
export { pushChartToRegistry, type PushedChart } from './chart/push-chart.js';
export { attestChart, type AttestChartRequest } from './attest/attest-chart.js';
export type { Clock } from './clock.js';
export { ReleaseError, type ReleaseErrorCode, type ReleaseErrorFacts } from './errors.js';
export { findReleaseConfig, parseReleaseConfig, type ReleaseConfig } from './release-config.js';
export { imageTag, type TagParts } from './image-tag.js';
export { attestRelease, type AttestRequest } from './attest/attest-release.js';
export { formatProvenance, type ProvenanceFacts, type ProvenanceSubject } from './attest/provenance.js';
export { buildImage, type BuildRequest, type EngineBuildOptions, type EngineIo } from './image/build-image.js';
export type { BuiltImage, ImageBuilder } from './image/builder.js';
export { chooseBuilder, type BuilderChoice, type BuilderSurroundings } from './image/choose-builder.js';
export { createCloudBuilder, type CloudBuilderOptions } from './image/cloud-builder.js';
export type { Build, CloudBuildApi, CloudBuildApiOptions } from './image/cloud-build-api.js';
export { createEngineBuilder, type EngineBuilderOptions } from './image/engine-builder.js';
export { imageReference, type FileToCopy, type ImageSpec, type ImageVariant } from './image/image-spec.js';
export type { ReleasedImage } from './image/release-images.js';
export { readSourceFacts, type SourceFacts } from './image/source-labels.js';
export {
  createFindCredentials,
  credentialsFromEnv,
  type CredentialSources,
  type FindCredentials,
} from './registry/credentials.js';
export { createRegistries, type Registries } from './registry/registries.js';
export { attach, listReferrers, type Attachment } from './registry/referrers.js';
export type { RegistrySurroundings } from './registry/registry-request.js';
export {
  openRepository,
  type ManifestContent,
  type RepositoryClient,
  type StoredManifest,
} from './registry/repository-client.js';
export type { Descriptor, Manifest } from './registry/descriptor.js';
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
  completeLatestRelease,
  findLatestRelease,
  moveLatestRelease,
  type LatestRelease,
  type ReleaseToMove,
} from './records/latest-release.js';
export { publishLatestRelease, type PublishedLatest } from './records/publish-latest.js';
export type { RecordStore, RecordWriteOptions, ReleaseStore } from './records/record-store.js';
export { resumeRelease } from './resume-release.js';
export { cloneSource, type ClonedSource, type CloneRequest } from './source/clone-source.js';
export { describeTree, type TreeDescription } from './source/describe-tree.js';
export type { PullRequest, SourceRefs } from './source/merge-pulls.js';
export {
  releaseNewest,
  type NewestRelease,
  type NewestReleaseRequest,
  type NewestReleaseServices,
} from './watch/release-newest.js';
export { watchReleases, type WatchOptions, type WatchServices } from './watch/watch-releases.js';
