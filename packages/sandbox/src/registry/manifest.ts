import { DIGEST, isDigest } from './reference.js';
import { RegistryError } from './registry-error.js';

/** Points to a blob or manifest. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly urls?: readonly string[];
  readonly platform?: { readonly os?: string; readonly architecture?: string };
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image manifest or an index of manifests; what else is in it is kept in its bytes. */
export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
  readonly manifests?: readonly Descriptor[];
  readonly subject?: Descriptor;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const mediaTypes = {
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  dockerConfig: 'application/vnd.docker.container.image.v1+json',
  dockerLayer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  ociIndex: 'application/vnd.oci.image.index.v1+json',
} as const;

function isDescriptor(value: unknown): value is Descriptor {
  const { digest } = (value ?? {}) as Record<string, unknown>;
  return isSubject(value) && DIGEST.test(String(digest));
}

/** What it points to need not be here, so its digest may be one that nothing here has. */
function isSubject(value: unknown): value is Descriptor {
  const { digest, size } = (value ?? {}) as Record<string, unknown>;
  return typeof digest === 'string' && isDigest(digest) && typeof size === 'number';
}

/**
 * Reads a manifest.
 *
 * @throws {RegistryError} `MANIFEST_INVALID`
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (cause) {
    throw new RegistryError('MANIFEST_INVALID', 'manifest invalid', { detail: (cause as Error).message });
  }
  const { schemaVersion, config, layers, manifests, subject } = (value ?? {}) as Record<string, unknown>;
  const isImage = isDescriptor(config) && Array.isArray(layers) && layers.every(isDescriptor);
  const isIndex = Array.isArray(manifests) && manifests.every(isDescriptor);
  if (schemaVersion !== 2 || (!isImage && !isIndex) || (subject !== undefined && !isSubject(subject))) {
    const detail = 'expected schemaVersion 2 with config and layers, or with manifests';
    throw new RegistryError('MANIFEST_INVALID', 'manifest invalid', { detail });
  }
  return value as Manifest;
}
