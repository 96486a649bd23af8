import type { Bucket, StoredObject } from './object-store.js';
import { formatCrc32c } from './crc32c.js';

function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** `crc32c=…,md5=…` as in the header `x-goog-hash`. */
export function formatHashes({ content }: StoredObject): string {
  const crc = `crc32c=${formatCrc32c(content.crc32c)}`;
  return content.md5 === undefined ? crc : `${crc},md5=${content.md5}`;
}

/** @see https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export function formatObject(object: StoredObject, base: string): Record<string, unknown> {
  const { bucket, name, content, fields } = object;
  const generation = String(object.generation);
  const path = `b/${bucket}/o/${encodeURIComponent(name)}`;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: `${base}/storage/v1/${path}`,
    mediaLink: `${base}/download/storage/v1/${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation,
    metageneration: String(object.metageneration),
    storageClass: 'STANDARD',
    ...fields,
    size: String(content.sizeBytes),
    ...(content.md5 === undefined ? {} : { md5Hash: content.md5 }),
    crc32c: formatCrc32c(content.crc32c),
    etag: formatEtag(object),
    ...(object.componentCount === undefined ? {} : { componentCount: object.componentCount }),
    timeCreated: formatTime(object.timeCreatedMs),
    updated: formatTime(object.updatedMs),
    timeStorageClassUpdated: formatTime(object.timeCreatedMs),
    timeFinalized: formatTime(object.timeCreatedMs),
  };
}

export function formatEtag({ generation, metageneration }: StoredObject): string {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(generation);
  bytes.writeBigUInt64BE(metageneration, 8);
  return bytes.toString('base64');
}

/** @see https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export function formatBucket(bucket: Bucket, base: string): Record<string, unknown> {
  const { name, metageneration, timeCreatedMs, fields } = bucket;
  return {
    location: 'US',
    locationType: 'multi-region',
    storageClass: 'STANDARD',
    iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'inherited' },
    ...fields,
    kind: 'storage#bucket',
    id: name,
    name,
    selfLink: `${base}/storage/v1/b/${name}`,
    projectNumber: '0',
    metageneration: String(metageneration),
    etag: Buffer.from(String(metageneration)).toString('base64'),
    timeCreated: formatTime(timeCreatedMs),
    updated: formatTime(timeCreatedMs),
  };
}
