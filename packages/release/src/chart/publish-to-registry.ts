import { readFile } from 'node:fs/promises';
import { readStoredChart } from '@seatrial/helm';
import { attestChart } from '../attest/attest-chart.js';
import type { ReleaseRequest, ReleaseServices } from '../build-release.js';
import { ReleaseError } from '../errors.js';
import type { ReleasedImage } from '../image/release-images.js';
import type { ReleaseStore } from '../records/record-store.js';
import { openChart, pushChartToRegistry } from './push-chart.js';

/** The chart of a release, packaged. */
export interface ChartToPush {
  readonly name: string;
  readonly version: string;
  readonly path: string;
  readonly sha256: string;
  /** Where it is published, when it is: what lies there is what is pushed, so that both are one. */
  readonly uri?: string | undefined;
  readonly dependencies: Parameters<typeof attestChart>[0]['chart']['dependencies'];
}

type Request = Pick<
  ReleaseRequest,
  'chartRegistry' | 'commit' | 'tag' | 'source' | 'outDir' | 'attest' | 'ifPublished'
> &
  Pick<ReleaseServices, 'registries' | 'signal' | 'onLine'> & {
    readonly store?: Pick<ReleaseStore, 'read' | 'stat'> | undefined;
    readonly images: readonly ReleasedImage[];
    readonly builder: () => Promise<string>;
  };

/**
 * Pushes a release's chart to its OCI registry and attests it; what is there already is kept, so that a release that was broken
 * off is completed by the same call.
 *
 * @returns undefined where no registry of charts is named
 * @throws {ReleaseError} `INVALID_OPTION` without registries; as `pushChartToRegistry`
 */
export async function publishToRegistry(
  request: Request,
  chart: ChartToPush,
): Promise<{ readonly ociUri: string; readonly ociDigest: string } | undefined> {
  const { chartRegistry, registries, store, attest = false, ifPublished, signal, onLine } = request;
  if (chartRegistry === undefined) return undefined;
  if (registries === undefined) {
    throw new ReleaseError('INVALID_OPTION', `there are no registries to push the chart to ${chartRegistry} with`);
  }
  const isPublished = chart.uri !== undefined && store !== undefined;
  const body = isPublished ? await readStoredChart(store, chart.uri ?? '', { signal }) : await readFile(chart.path);
  const from = chart.uri ?? chart.path;
  const pushed = await pushChartToRegistry(registries, { body, from, registry: chartRegistry, ifPublished, signal });
  onLine?.(`${pushed.kept ? 'kept' : 'pushed'} ${pushed.uri}`);
  const { repository, reference } = openChart(registries, chartRegistry, chart);
  if (attest && (await attestChart({ ...request, chart, repository, reference, descriptor: pushed.descriptor }))) {
    onLine?.(`attested ${pushed.uri}`);
  }
  return { ociUri: pushed.uri, ociDigest: pushed.descriptor.digest };
}
