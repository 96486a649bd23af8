import { HelmError, readPackedChart } from '@seatrial/helm';
import { ReleaseError } from '../errors.js';
import { mediaTypes } from '../registry/descriptor.js';
import type { Descriptor } from '../registry/descriptor.js';
import type { Registries } from '../registry/registries.js';
import type { RepositoryClient } from '../registry/repository-client.js';

/** A chart in an OCI registry. */
export interface PushedChart {
  /** `oci://host/path/name:tag`, where the tag is the version with `_` for `+`: what `helm pull` takes. */
  readonly uri: string;
  /** Of its manifest. */
  readonly descriptor: Descriptor;
  /** Whether it was there already. */
  readonly kept: boolean;
}

/** @see https://helm.sh/docs/topics/registries/#helm-chart-manifest */
const CONFIG_TYPE = 'application/vnd.cncf.helm.config.v1+json';
const CHART_TYPE = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
const MAX_TAG = 128;

/**
 * Pushes a packaged chart as helm does, but with the credentials of the images and without helm: into
 * `oci://host/path/<name>:<version>`. The same chart makes the same manifest, and one that is there is never replaced: a second
 * push of the same bytes changes nothing.
 *
 * A registry has no preconditions: of two that push different charts of one version in the same instant, the later wins.
 *
 * @throws {HelmError} `VERSION_EXISTS` when other bytes are there under the version (unless these are to be kept), `INVALID_CHART`
 * @throws {ReleaseError} `INVALID_OPTION` for what is no place in a registry; `DENIED`, `UNAVAILABLE`, `REGISTRY_FAILED`
 */
export async function pushChartToRegistry(
  registries: Registries,
  options: {
    readonly body: Uint8Array;
    /** For messages. */
    readonly from: string;
    /** `oci://host/path`, without the chart's name. */
    readonly registry: string;
    readonly ifPublished?: 'fail' | 'keep' | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<PushedChart> {
  const { body, from, registry, ifPublished = 'fail', signal } = options;
  const chart = await readPackedChart(body, from);
  const { repository, tag, uri } = openChart(registries, registry, chart);
  signal?.throwIfAborted();
  const there = await repository.readManifest(tag);
  if (there !== undefined) {
    const isSame = there.manifest.layers?.some(({ digest }) => digest === `sha256:${chart.sha256}`) === true;
    if (isSame || ifPublished === 'keep') return { uri, descriptor: there.descriptor, kept: true };
    throw new HelmError('VERSION_EXISTS', `${uri} is pushed already with other content`, {
      hint: 'Raise the version: what is published stays as it is.',
    });
  }
  const config = await repository.writeBlob(bytesOf(chart.fields), CONFIG_TYPE);
  const layer = await repository.writeBlob(new Uint8Array(body), CHART_TYPE);
  const manifest = bytesOf({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config,
    layers: [layer],
    annotations: annotationsOf(chart),
  });
  const { descriptor } = await repository.writeManifest({ mediaType: mediaTypes.manifest, bytes: manifest }, tag);
  return { uri, descriptor, kept: false };
}

/** Where a chart is in a registry. @throws {ReleaseError} `INVALID_OPTION` */
export function openChart(
  registries: Registries,
  registry: string,
  { name, version }: { readonly name: string; readonly version: string },
): { readonly repository: RepositoryClient; readonly reference: string; readonly tag: string; readonly uri: string } {
  checkChartRegistry(registry);
  const reference = `${registry.replace(/^oci:\/\//, '').replace(/\/+$/, '')}/${name}`;
  const tag = version.replaceAll('+', '_');
  if (tag.length > MAX_TAG) {
    throw new ReleaseError(
      'INVALID_OPTION',
      `the version ${version} is longer than a tag may be, ${MAX_TAG} characters`,
      {
        hint: 'Shorten the version of the chart.',
      },
    );
  }
  return { repository: registries.open(reference), reference, tag, uri: `oci://${reference}:${tag}` };
}

/** @throws {ReleaseError} `INVALID_OPTION` when it is not `oci://host/path` */
export function checkChartRegistry(registry: string): void {
  if (/^oci:\/\/[^/\s@?#]+\/[^\s@?#]*[^/\s@?#]\/?$/.test(registry)) return;
  throw new ReleaseError('INVALID_OPTION', `not a place for charts in an OCI registry: ${JSON.stringify(registry)}`, {
    hint: "Write it as oci://HOST/PATH, without the chart's name.",
  });
}

/** As helm's, but without the time of the push: the same chart is the same manifest. */
function annotationsOf({ name, version, fields }: Awaited<ReturnType<typeof readPackedChart>>) {
  const base = 'org.opencontainers.image';
  const { description, home } = fields;
  return {
    ...(typeof description === 'string' ? { [`${base}.description`]: description } : {}),
    [`${base}.title`]: name,
    ...(typeof home === 'string' ? { [`${base}.url`]: home } : {}),
    [`${base}.version`]: version,
  };
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}
