import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ReleaseError } from '../errors.js';
import { parseReference } from '../image/reference.js';
import type { ReleasedImage } from '../image/release-images.js';
import type { SourceFacts } from '../image/source-labels.js';
import type { Descriptor } from '../registry/descriptor.js';
import type { Registries } from '../registry/registries.js';
import { attach } from '../registry/referrers.js';
import type { RepositoryClient } from '../registry/repository-client.js';
import { readImageFiles } from './image-files.js';
import { readContents, tellsContents } from './installed-packages.js';
import { formatProvenance, PROVENANCE_TYPE } from './provenance.js';
import { formatSbom, SBOM_TYPE } from './sbom.js';

/** A release whose images are pushed. */
export interface AttestRequest {
  readonly images: readonly ReleasedImage[];
  readonly chart: { readonly path: string; readonly sha256: string };
  readonly commit: string;
  readonly tag: string;
  readonly source: SourceFacts | undefined;
  /** Name of the builder. */
  readonly builder: string;
  /** Folder that the attestations are written to as well. */
  readonly outDir: string;
  readonly registries: Registries;
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: ((line: string) => void) | undefined;
}

/**
 * Attaches to each pushed image what it consists of and how it was made, and writes both beside the results:
 * `<image>.sbom.cdx.json` and `provenance.intoto.json`.
 *
 * The SBOM of an image for several platforms is one for each, attached to the platform's own manifest.
 *
 * @throws {ReleaseError} `REGISTRY_FAILED`, `DENIED`, `UNAVAILABLE`; the signal's reason
 */
export async function attestRelease(request: AttestRequest): Promise<void> {
  const { images, chart, outDir, registries, onLine } = request;
  const pushed = images.flatMap((each) => (each.digest === undefined ? [] : [{ ...each, digest: each.digest }]));
  const subjects = pushed.map(({ image, digest }) => ({ name: parseReference(image).name, sha256: hexOf(digest) }));
  const provenance = formatProvenance({
    ...request,
    subjects: [...subjects, { name: basename(chart.path), sha256: chart.sha256 }],
  });
  await writeFile(join(outDir, 'provenance.intoto.json'), provenance);
  for (const released of pushed) {
    const repository = registries.open(released.image);
    const { descriptor, platforms } = await readPlatforms(repository, released.digest);
    for (const { manifest, suffix } of platforms) {
      const sbom = await sbomOf(repository, manifest, released.image, request);
      await writeFile(join(outDir, `${fileName(released)}${suffix}.sbom.cdx.json`), sbom);
      await attach(repository, manifest, { mediaType: SBOM_TYPE, bytes: new TextEncoder().encode(sbom) });
    }
    await attach(repository, descriptor, { mediaType: PROVENANCE_TYPE, bytes: new TextEncoder().encode(provenance) });
    onLine?.(`attested ${released.image}`);
  }
}

async function sbomOf(
  repository: RepositoryClient,
  { digest }: Descriptor,
  image: string,
  { source, signal }: AttestRequest,
): Promise<string> {
  const layers = (await repository.readManifest(digest))?.manifest.layers ?? [];
  const files = await readImageFiles(repository, layers, { wants: tellsContents, signal });
  return formatSbom({ image, digest, createdMs: source?.committedMs }, readContents(files));
}

interface Platforms {
  readonly descriptor: Descriptor;
  readonly platforms: readonly { readonly manifest: Descriptor; readonly suffix: string }[];
}

async function readPlatforms(repository: RepositoryClient, digest: string): Promise<Platforms> {
  const stored = await repository.readManifest(digest);
  if (stored === undefined) throw new ReleaseError('REGISTRY_FAILED', `the registry has lost ${digest}`);
  const { descriptor, manifest } = stored;
  if (manifest.manifests === undefined) return { descriptor, platforms: [{ manifest: descriptor, suffix: '' }] };
  const platforms = manifest.manifests.map((each) => {
    const { os = '', architecture = '', variant } = each.platform ?? {};
    return { manifest: each, suffix: `-${[os, architecture, variant].filter(Boolean).join('-')}` };
  });
  return { descriptor, platforms };
}

function fileName({ name, variant }: ReleasedImage): string {
  return name.replaceAll('/', '-') + (variant === undefined ? '' : `-${variant}`);
}

function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}
