import { ReleaseError } from '../errors.js';
import { type Descriptor, mediaTypes } from './descriptor.js';
import type { RepositoryClient } from './repository-client.js';

/** Content to attach to a manifest. */
export interface Attachment {
  /** Media type of the content; of the artifact too, so that readers can choose by it. */
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The configuration of what needs none. @see https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidance-for-an-empty-descriptor */
const EMPTY = new TextEncoder().encode('{}');
/** How often an index that others write too is tried. */
const TRIES = 5;

/**
 * Attaches content to a manifest of the repository: by the registry's list of referrers, or where it keeps none by the index
 * under the tag `sha256-<hex>`. The same content attached again is the same manifest, and listed once.
 *
 * @returns what points to the subject now
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 */
export async function attach(
  repository: RepositoryClient,
  subject: Descriptor,
  { mediaType, bytes, annotations }: Attachment,
): Promise<Descriptor> {
  const layer = await repository.writeBlob(bytes, mediaType);
  const config = await repository.writeBlob(EMPTY, mediaTypes.empty);
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    artifactType: mediaType,
    config,
    layers: [layer],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
    ...(annotations === undefined ? {} : { annotations }),
  };
  const content = { mediaType: mediaTypes.manifest, bytes: new TextEncoder().encode(JSON.stringify(manifest)) };
  const { descriptor, listed } = await repository.writeManifest(content);
  const referrer = { ...descriptor, artifactType: mediaType, ...(annotations === undefined ? {} : { annotations }) };
  if (!listed) await addToIndex(repository, subject.digest, referrer);
  return referrer;
}

/**
 * What points to a manifest, by the registry's list or the index under the tag; empty when nothing does.
 *
 * @param artifactType only of this type
 */
export async function listReferrers(
  repository: RepositoryClient,
  digest: string,
  artifactType?: string,
): Promise<readonly Descriptor[]> {
  const found =
    (await repository.findReferrers(digest)) ?? (await repository.readManifest(indexTag(digest)))?.manifest.manifests;
  return (found ?? []).filter((each) => artifactType === undefined || each.artifactType === artifactType);
}

/** Tag of the index that stands in for the list of referrers. */
export function indexTag(digest: string): string {
  return digest.replace(':', '-');
}

// Registries have no preconditions: another writer's index may have replaced ours, so it is read again.
async function addToIndex(repository: RepositoryClient, subject: string, referrer: Descriptor): Promise<void> {
  const tag = indexTag(subject);
  for (let tried = 1; tried <= TRIES; tried += 1) {
    const manifests = (await repository.readManifest(tag))?.manifest.manifests ?? [];
    if (manifests.some(({ digest }) => digest === referrer.digest)) return;
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [...manifests, referrer] };
    await repository.writeManifest(
      { mediaType: mediaTypes.index, bytes: new TextEncoder().encode(JSON.stringify(index)) },
      tag,
    );
  }
  const kept = (await repository.readManifest(tag))?.manifest.manifests ?? [];
  if (kept.some(({ digest }) => digest === referrer.digest)) return;
  throw new ReleaseError('REGISTRY_FAILED', `cannot list ${referrer.digest} under ${tag}: others keep writing it`);
}
