import { join } from 'node:path';
import { chartImageValues, type ChartInfo, chartVersion, readChart } from '@seatrial/helm';
import type { ChartSpec, ReleaseRequest } from './build-release.js';
import { type PlannedImage, planImages } from './image/image-spec.js';

/** What is to be released, as far as the source tells. */
export interface PlannedRelease extends Pick<ChartInfo, 'name' | 'dependencies'> {
  readonly planned: readonly [PlannedImage, ...PlannedImage[]];
  readonly chartDir: string;
  /** Of the chart, with the tag. */
  readonly version: string;
}

/**
 * Plans a release. Nothing is changed.
 *
 * @throws {ReleaseError} `INVALID_OPTION` for images; `HelmError` for a chart that is none, whose version cannot take the tag, or
 * that has no place for an image, unless a prebuild could make that yet
 */
export async function planRelease(
  request: Pick<ReleaseRequest, 'sourceDir' | 'images' | 'registry' | 'tag' | 'chart'>,
): Promise<PlannedRelease> {
  const { sourceDir, images, chart, tag } = request;
  const planned = planImages(images, request);
  const chartDir = join(sourceDir, chart.path);
  const { name, version, dependencies } = await readChart(chartDir);
  const plan = { planned, chartDir, name, dependencies, version: chartVersion(version, tag) };
  if (planned.every(({ spec: { prebuild = [] } }) => prebuild.length === 0)) {
    const names = planned.map(({ reference }) => reference);
    await chartValues(plan, names, chart);
  }
  return plan;
}

/** What to set in the chart's values so that it runs the images of these names, in the plan's order; of variants the first. */
export async function chartValues(
  { planned, chartDir }: Pick<PlannedRelease, 'planned' | 'chartDir'>,
  names: readonly string[],
  chart: ChartSpec,
): Promise<Readonly<Record<string, string>>> {
  const images = new Map<string, string>();
  for (const [index, name] of names.entries()) {
    const path = imageValuePath(planned, index, chart);
    if (path !== undefined && !images.has(path)) images.set(path, name);
  }
  const values: Record<string, string> = {};
  for (const [path, image] of images) Object.assign(values, await chartImageValues(chartDir, { path, image }));
  return values;
}

/** Dotted path of the chart's value for an image, where there is one. */
export function imageValuePath(planned: readonly PlannedImage[], index: number, chart: ChartSpec): string | undefined {
  return planned[index]?.spec.imageValue ?? (index === 0 ? (chart.imageValue ?? 'image') : undefined);
}
