import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ChartDependency } from '@seatrial/helm';
import { parseReference } from '../image/reference.js';
import type { ReleasedImage } from '../image/release-images.js';
import type { SourceFacts } from '../image/source-labels.js';
import type { Descriptor } from '../registry/descriptor.js';
import { attach, listReferrers } from '../registry/referrers.js';
import type { RepositoryClient } from '../registry/repository-client.js';
import { formatChartSbom } from './chart-sbom.js';
import { formatProvenance, PROVENANCE_TYPE } from './provenance.js';
import { SBOM_TYPE } from './sbom.js';

/** A chart that is pushed to an OCI registry. */
export interface AttestChartRequest {
  /** Of the chart. */
  readonly repository: RepositoryClient;
  /** `host/path/name` */
  readonly reference: string;
  readonly descriptor: Descriptor;
  readonly chart: {
    readonly name: string;
    readonly version: string;
    readonly path: string;
    readonly sha256: string;
    readonly dependencies: readonly ChartDependency[];
  };
  /** What the chart runs. */
  readonly images: readonly ReleasedImage[];
  readonly commit: string;
  readonly tag: string;
  readonly source?: SourceFacts | undefined;
  /** Name of the builder. */
  readonly builder: () => Promise<string>;
  /** Folder that the attestations are written to as well. */
  readonly outDir: string;
}

/**
 * Attaches to a chart in a registry what it consists of (its dependencies, and the images it runs, by digest) and how it was made,
 * and writes both beside the results: `<chart>.chart.sbom.cdx.json` and `<chart>.chart.provenance.intoto.json`. A chart that has
 * both already keeps them.
 *
 * @returns whether there was anything to attach
 * @throws {ReleaseError} `REGISTRY_FAILED`, `DENIED`, `UNAVAILABLE`
 */
export async function attestChart(request: AttestChartRequest): Promise<boolean> {
  const { repository, reference, descriptor, chart, outDir } = request;
  const attached = new Set(
    (await listReferrers(repository, descriptor.digest)).map(({ artifactType }) => artifactType),
  );
  if (attached.has(SBOM_TYPE) && attached.has(PROVENANCE_TYPE)) return false;
  const subjects = [
    { name: parseReference(reference).name, sha256: descriptor.digest.slice('sha256:'.length) },
    { name: basename(chart.path), sha256: chart.sha256 },
  ];
  const sbom = await formatChartSbom({ ...request, digest: descriptor.digest, createdMs: request.source?.committedMs });
  const provenance = formatProvenance({ ...request, builder: await request.builder(), subjects });
  for (const [kind, mediaType, text] of [
    ['sbom.cdx', SBOM_TYPE, sbom],
    ['provenance.intoto', PROVENANCE_TYPE, provenance],
  ] as const) {
    await writeFile(join(outDir, `${chart.name}.chart.${kind}.json`), text);
    await attach(repository, descriptor, { mediaType, bytes: new TextEncoder().encode(text) });
  }
  return true;
}
