import { buffer } from 'node:stream/consumers';
import { ReleaseError } from '../errors.js';
import { type Descriptor, mediaTypes } from '../registry/descriptor.js';
import type { RepositoryClient } from '../registry/repository-client.js';

/** An image that was pushed for one platform. */
export interface PlatformImage {
  /** Such as `linux/arm64/v8`. */
  readonly platform: string;
  readonly digest: string;
}

/** Tag of one platform's image beside the index: `v1-linux-arm64`. */
export function platformTag(reference: string, platform: string): string {
  return `${reference}-${platform.replaceAll('/', '-')}`;
}

/**
 * Writes the index of one image for several platforms under a tag.
 *
 * @throws {ReleaseError} `BUILD_FAILED` when a builder made the image for another platform than it was asked for;
 * `REGISTRY_FAILED`, `DENIED`, `UNAVAILABLE`
 * @see https://github.com/opencontainers/image-spec/blob/main/image-index.md
 */
export async function writeIndex(
  repository: RepositoryClient,
  images: readonly PlatformImage[],
  tag: string,
): Promise<{ readonly digest: string; readonly moved: boolean }> {
  const manifests: Descriptor[] = [];
  for (const image of images) manifests.push(await describe(repository, image));
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests };
  const content = { mediaType: mediaTypes.index, bytes: new TextEncoder().encode(JSON.stringify(index)) };
  const before = await repository.stat(tag);
  const { descriptor } = await repository.writeManifest(content, tag);
  return { digest: descriptor.digest, moved: before?.digest !== descriptor.digest };
}

async function describe(repository: RepositoryClient, { platform, digest }: PlatformImage): Promise<Descriptor> {
  const [os = '', architecture = '', variant] = platform.split('/');
  const stored = await repository.readManifest(digest);
  if (stored?.manifest.config === undefined) {
    throw new ReleaseError('REGISTRY_FAILED', `the registry has no image ${digest}, which was pushed for ${platform}`);
  }
  const config = JSON.parse((await buffer(await repository.readBlob(stored.manifest.config.digest))).toString()) as {
    os?: string;
    architecture?: string;
    variant?: string;
  };
  if (config.os !== os || config.architecture !== architecture) {
    throw new ReleaseError(
      'BUILD_FAILED',
      `the image for ${platform} came out as ${config.os ?? '?'}/${config.architecture ?? '?'}`,
      { hint: 'Use base images that exist for the platform, and a builder that can build for it.' },
    );
  }
  const kept = variant ?? config.variant;
  return {
    ...stored.descriptor,
    platform: { architecture, os, ...(kept === undefined || kept === '' ? {} : { variant: kept }) },
  };
}
