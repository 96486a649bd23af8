import { join } from 'node:path';
import { imageOfValues, readChart } from '@seatrial/helm';
import { publishToRegistry } from './chart/publish-to-registry.js';
import { type ReleaseRequest, type ReleaseServices, writeBuildInfo } from './build-release.js';
import { imageValuePath } from './plan-release.js';
import { planImages } from './image/image-spec.js';
import { moveLatestTags, type ReleasedImage } from './image/release-images.js';
import { parseReference } from './image/reference.js';
import type { BuildInfo } from './records/build-info.js';
import { findPublishedRelease } from './records/published-chart.js';

/**
 * Goes on with the release of a commit whose chart an earlier build has published, and builds nothing: what is published
 * stays what is released. Moves `:latest` as `buildRelease` would have, and writes `build_info.yaml`.
 *
 * The chart says what digest its image has; those of images that it does not name are asked of the registry.
 *
 * @returns undefined when no chart of the commit is published: then it is to be built
 */
export async function resumeRelease(
  request: ReleaseRequest & Pick<ReleaseServices, 'registries' | 'store' | 'signal' | 'onLine' | 'mayMoveLatest'>,
  services: { readonly builder: () => Promise<ReleaseServices['builder']> },
): Promise<BuildInfo | undefined> {
  const { sourceDir, releasesUri, store, commit, outDir, push = true, latest = true, onLine, mayMoveLatest } = request;
  if (!push || releasesUri === undefined || store === undefined) return undefined;
  const chart = await readChart(join(sourceDir, request.chart.path));
  const published = await findPublishedRelease(store, { releasesUri, chart, commit, outDir });
  if (published === undefined) return undefined;
  onLine?.(`found ${published.uri}, which an earlier build of this commit has published: nothing is built`);
  const { tag } = published;
  const planned = planImages(request.images, { ...request, tag });
  const images: ReleasedImage[] = [];
  for (const [index, { spec, variant, reference }] of planned.entries()) {
    const { name } = parseReference(reference);
    const path = imageValuePath(planned, index, request.chart);
    const inChart = path === undefined ? undefined : imageOfValues(published.values, path);
    const ofChart = inChart?.repository === name ? inChart.digest : undefined;
    const digest = ofChart ?? (await findDigest(request, reference));
    images.push({
      name: spec.name,
      ...(variant === undefined ? {} : { variant }),
      image: reference,
      ...(digest === undefined ? {} : { digest, imageByDigest: `${name}@${digest}` }),
    });
  }
  // What is published stays: where another chart is in the registry, an attempt put it there that built the images anew.
  const inRegistry = await publishToRegistry(
    { ...request, tag, images, ifPublished: 'keep', builder: async () => (await services.builder()).name },
    { ...published.chart, dependencies: chart.dependencies, uri: published.uri },
  );
  if (latest && (mayMoveLatest === undefined || (await mayMoveLatest()))) {
    await moveLatestTags(planned, images, { ...request, builder: await services.builder() });
  }
  const [first] = images;
  const info: BuildInfo = {
    image: planned[0].reference,
    ...(first?.digest === undefined ? {} : { digest: first.digest }),
    ...(first?.imageByDigest === undefined ? {} : { imageByDigest: first.imageByDigest }),
    images,
    commit,
    tag,
    chart: {
      name: published.chart.name,
      version: published.chart.version,
      path: published.chart.path,
      sha256: published.chart.sha256,
      uri: published.uri,
      ...inRegistry,
    },
  };
  await writeBuildInfo(outDir, info);
  return info;
}

async function findDigest(
  { registries }: Pick<ReleaseServices, 'registries'>,
  reference: string,
): Promise<string | undefined> {
  return (await registries?.open(reference).stat(parseReference(reference).tag ?? 'latest'))?.digest;
}
