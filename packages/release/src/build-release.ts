import type { RedactStream } from '@seatrial/cli';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyChart, editChart, packageChart, publishChart, publishedChartUri } from '@seatrial/helm';
import { checkChartRegistry } from './chart/push-chart.js';
import { publishToRegistry } from './chart/publish-to-registry.js';
import { ReleaseError } from './errors.js';
import { attestRelease } from './attest/attest-release.js';
import type { ImageBuilder } from './image/builder.js';
import type { ImageSpec } from './image/image-spec.js';
import { moveLatestTags, type ReleasedImage, releaseImages } from './image/release-images.js';
import { type SourceFacts, sourceLabels } from './image/source-labels.js';
import { chartValues, type PlannedRelease, planRelease } from './plan-release.js';
import type { Registries } from './registry/registries.js';
import { type BuildInfo, formatBuildInfo } from './records/build-info.js';
import type { ReleaseStore } from './records/record-store.js';
import { requireBucket } from './records/require-bucket.js';

/** A chart, as a config names it. */
export interface ChartSpec {
  /** Folder of the chart, relative to the source. */
  readonly path: string;
  /** Dotted path of the value that holds the image. @default 'image' */
  readonly imageValue?: string | undefined;
}

/** What to build and where to put it. */
export interface ReleaseRequest {
  /** Folder that paths of image and chart start from. */
  readonly sourceDir: string;
  /** Full commit of the source. */
  readonly commit: string;
  /** What to build, in this order. The chart's image is the first one. */
  readonly images: readonly ImageSpec[];
  readonly chart: ChartSpec;
  /** Registry and path that the image's name is put below. */
  readonly registry: string;
  /** Tag of the images and suffix of the chart's version. */
  readonly tag: string;
  /** Folder for the packaged chart and `build_info.yaml`. Made when missing. */
  readonly outDir: string;
  /** Where the chart is published (`gs://` or `file://`). @default not at all */
  readonly releasesUri?: string | undefined;
  /** OCI registry that the chart is pushed to as well: `oci://host/path`. Needs {@link ReleaseServices.registries}. @default none */
  readonly chartRegistry?: string | undefined;
  /** Where the commit is from, for labels and provenance. @default not told */
  readonly source?: SourceFacts | undefined;
  /** Whether to push the images and publish the chart. @default true */
  readonly push?: boolean | undefined;
  /** Whether `:latest` of the images is moved too. @default true */
  readonly latest?: boolean | undefined;
  /**
   * What to do when the version is published already with other content: builders stamp times into images, so the same
   * commit built again has another digest. `keep` leaves what is published as it is and goes on. @default 'fail'
   */
  readonly ifPublished?: 'fail' | 'keep' | undefined;
  /** Whether pushed images get an SBOM and provenance. Needs {@link ReleaseServices.registries}. @default false */
  readonly attest?: boolean | undefined;
}

/** The services that a build uses. */
export interface ReleaseServices {
  readonly builder: ImageBuilder;
  /** Needed for images of several platforms and for attestations; without it `:latest` moves by the builder. */
  readonly registries?: Registries | undefined;
  /** Environment of prebuild commands. @default empty */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Needed when a chart is to be published. */
  readonly store?: (Parameters<typeof publishChart>[0] & ReleaseStore) | undefined;
  /** Asked just before `:latest` of the images moves. @default it may */
  readonly mayMoveLatest?: (() => Promise<boolean>) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
  /** Takes secrets out of the output of builders and of helm, before anything is cut. @default leaves it as it is */
  readonly createFilter?: (() => RedactStream) | undefined;
}

/**
 * Builds and pushes the images, puts them into a copy of the chart, packages and publishes that, and writes `build_info.yaml`.
 *
 * The chart names images by digest when they were pushed: what is tested is what was built, whoever moves the tag. It is
 * published after the images and what attests them, so that every published chart's images exist; `:latest` of the images
 * moves last, so that it never names what is not published.
 *
 * @throws {ReleaseError} as `releaseImages`; `HelmError` for a chart that cannot be edited, packaged or published
 */
export async function buildRelease(request: ReleaseRequest & ReleaseServices): Promise<BuildInfo> {
  const { sourceDir, commit, tag, outDir, builder, registries, source, push = true, signal, onLine } = request;
  const { latest = true, attest = false, env = {} } = request;
  // All that can be told before minutes of building.
  const plan = await planRelease(request);
  const { planned, dependencies } = plan;
  if (push && request.releasesUri !== undefined && request.store === undefined) {
    throw new ReleaseError('INVALID_OPTION', `there is no store to publish the chart to ${request.releasesUri} with`);
  }
  if (push && request.releasesUri !== undefined && request.store !== undefined) {
    await requireBucket(request.store, request.releasesUri);
  }
  if (request.chartRegistry !== undefined) checkChartRegistry(request.chartRegistry);
  await mkdir(outDir, { recursive: true });

  const labels = sourceLabels({ commit, version: tag, source });
  const images = await releaseImages(planned, {
    sourceDir,
    builder,
    push,
    latest: false,
    labels,
    registries,
    env,
    signal,
    onLine,
    createFilter: request.createFilter,
  });
  const [first] = images as readonly [ReleasedImage, ...ReleasedImage[]];
  const names = images.map(({ image, imageByDigest }) => imageByDigest ?? image);
  const packaged = await packageEdited(request, plan, await chartValues(plan, names, request.chart));
  onLine?.(`packaged ${packaged.path}`);
  if (push && attest && registries !== undefined) {
    await attestRelease({
      images,
      chart: packaged,
      commit,
      tag,
      source,
      builder: builder.name,
      outDir,
      registries,
      signal,
      onLine,
    });
  }
  const uri = push ? await publish(request, packaged) : undefined;
  const inRegistry = push
    ? await publishToRegistry(
        { ...request, images, builder: async () => builder.name },
        { ...packaged, dependencies, uri },
      )
    : undefined;
  if (push && latest && (request.mayMoveLatest === undefined || (await request.mayMoveLatest()))) {
    await moveLatestTags(planned, images, { builder, registries, signal, onLine });
  }
  const { image, digest, imageByDigest } = first;
  const info: BuildInfo = {
    image,
    ...(digest === undefined ? {} : { digest }),
    ...(imageByDigest === undefined ? {} : { imageByDigest }),
    images,
    commit,
    tag,
    chart: {
      name: packaged.name,
      version: packaged.version,
      path: packaged.path,
      sha256: packaged.sha256,
      ...(uri === undefined ? {} : { uri }),
      ...inRegistry,
    },
  };
  await writeBuildInfo(outDir, info);
  return info;
}

/** Writes `build_info.yaml` into a folder, whole or not at all. */
export async function writeBuildInfo(outDir: string, info: BuildInfo): Promise<void> {
  const path = join(outDir, 'build_info.yaml');
  await writeFile(`${path}.partial`, formatBuildInfo(info));
  await rename(`${path}.partial`, path);
}

async function packageEdited(
  { tag, outDir }: ReleaseRequest,
  { chartDir, name, version }: PlannedRelease,
  values: Readonly<Record<string, string>>,
) {
  const work = await mkdtemp(join(outDir, '.chart-'));
  try {
    const copy = join(work, name);
    await copyChart(chartDir, copy);
    await editChart(copy, { version, appVersion: tag, values });
    return await packageChart(copy, outDir);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function publish(
  { releasesUri, store, commit, ifPublished = 'fail', signal, onLine }: ReleaseRequest & ReleaseServices,
  packaged: Awaited<ReturnType<typeof packageChart>>,
): Promise<string | undefined> {
  if (releasesUri === undefined || store === undefined) return undefined;
  signal?.throwIfAborted();
  try {
    const { uri } = await publishChart(store, { archive: packaged.path, releasesUri, sha: commit, signal });
    onLine?.(`published ${uri}`);
    return uri;
  } catch (error) {
    if (ifPublished === 'fail' || (error as { code?: unknown }).code !== 'VERSION_EXISTS') throw error;
    const uri = publishedChartUri(releasesUri, packaged);
    onLine?.(`kept ${uri}, which an earlier build of this version has published`);
    return uri;
  }
}
