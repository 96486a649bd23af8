import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chartVersion,
  copyChart,
  editChart,
  packageChart,
  publishChart,
  publishedChartUri,
  readChart,
} from '@seatrial/helm';
import { ReleaseError } from './errors.js';
import { buildImage, type ImageSpec } from './image/build-image.js';
import type { DockerEngine, RegistryAuth } from './image/engine.js';
import { pushImage, tagImage } from './image/push-image.js';
import { chartImageValues } from './chart-image.js';
import { type BuildInfo, formatBuildInfo } from './records/build-info.js';

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
  readonly image: ImageSpec;
  readonly chart: ChartSpec;
  /** Registry and path that the image's name is put below. */
  readonly registry: string;
  /** Tag of the image and suffix of the chart's version. */
  readonly tag: string;
  /** Folder for the packaged chart and `build_info.yaml`. Made when missing. */
  readonly outDir: string;
  /** Where the chart is published (`gs://` or `file://`). @default not at all */
  readonly releasesUri?: string | undefined;
  /** Whether to push the image and publish the chart. @default true */
  readonly push?: boolean | undefined;
  /** Whether `:latest` of the image is moved too. @default true */
  readonly latest?: boolean | undefined;
  /**
   * What to do when the version is published already with other content: builders stamp times into images, so the same
   * commit built again has another digest. `keep` leaves what is published as it is and goes on. @default 'fail'
   */
  readonly ifPublished?: 'fail' | 'keep' | undefined;
  /** Credentials for the registry. @default none */
  readonly auth?: RegistryAuth | undefined;
}

/** The services that a build uses. */
export interface ReleaseServices {
  readonly docker: DockerEngine;
  /** Needed when a chart is to be published. */
  readonly store?: Parameters<typeof publishChart>[0] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/**
 * Builds and pushes the image, puts it into a copy of the chart, packages and publishes that, and writes `build_info.yaml`.
 *
 * The chart names the image by digest when it was pushed: what is tested is what was built, whoever moves the tag. It is
 * published after the image, so that every published chart's image exists.
 *
 * @throws {ReleaseError} as {@link buildImage} and {@link pushImage}; `HelmError` for a chart that cannot be edited,
 * packaged or published
 */
export async function buildRelease(request: ReleaseRequest & ReleaseServices): Promise<BuildInfo> {
  const { sourceDir, image, chart, commit, tag, outDir, docker, push = true, signal, onLine } = request;
  const reference = imageReference(request.registry, image.name, tag);
  const chartDir = join(sourceDir, chart.path);
  if (push && request.releasesUri !== undefined && request.store === undefined) {
    throw new ReleaseError('INVALID_OPTION', `there is no store to publish the chart to ${request.releasesUri} with`);
  }
  // Before minutes of building: a chart that is none, or whose version cannot take the tag.
  const { version: baseVersion } = await readChart(chartDir);
  const version = chartVersion(baseVersion, tag);
  await mkdir(outDir, { recursive: true });

  onLine?.(`building ${reference}`);
  const io = { signal, onLine };
  await buildImage(
    docker,
    { ...image, context: join(sourceDir, image.context), reference, labels: labelsFor(request) },
    io,
  );
  const pushed = push ? await pushAll(request, reference) : undefined;

  const packaged = await packageEdited(request, chartDir, version, pushed?.byDigest ?? reference);
  onLine?.(`packaged ${packaged.path}`);
  const uri = push ? await publish(request, packaged) : undefined;
  const info: BuildInfo = {
    image: reference,
    ...(pushed === undefined ? {} : { digest: pushed.digest, imageByDigest: pushed.byDigest }),
    commit,
    tag,
    chart: {
      name: packaged.name,
      version: packaged.version,
      path: packaged.path,
      sha256: packaged.sha256,
      ...(uri === undefined ? {} : { uri }),
    },
  };
  await writeFile(join(outDir, 'build_info.yaml'), formatBuildInfo(info));
  return info;
}

/** `registry/name:tag` */
export function imageReference(registry: string, name: string, tag: string): string {
  return `${registry.replace(/\/+$/, '')}/${name}:${tag}`;
}

/** @see https://github.com/opencontainers/image-spec/blob/main/annotations.md */
function labelsFor({ commit, tag, image }: ReleaseRequest): Record<string, string> {
  return { 'org.opencontainers.image.revision': commit, 'org.opencontainers.image.version': tag, ...image.labels };
}

async function pushAll(
  request: ReleaseRequest & ReleaseServices,
  reference: string,
): Promise<{ digest: string; byDigest: string }> {
  const { docker, auth, signal, onLine, latest = true, registry, image } = request;
  const io = { auth, signal, onLine };
  const { digest } = await pushImage(docker, reference, io);
  onLine?.(`pushed ${reference} as ${digest}`);
  if (latest) {
    const moving = imageReference(registry, image.name, 'latest');
    await tagImage(docker, reference, moving);
    await pushImage(docker, moving, { ...io, onLine: undefined });
  }
  return { digest, byDigest: `${reference.slice(0, reference.lastIndexOf(':'))}@${digest}` };
}

async function packageEdited({ chart, tag, outDir }: ReleaseRequest, chartDir: string, version: string, image: string) {
  const work = await mkdtemp(join(outDir, '.chart-'));
  try {
    const { name } = await readChart(chartDir);
    const copy = join(work, name);
    await copyChart(chartDir, copy);
    const values = await chartImageValues(copy, chart.imageValue ?? 'image', image);
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
