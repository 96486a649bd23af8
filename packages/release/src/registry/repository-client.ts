import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { ReleaseError } from '../errors.js';
import { type Descriptor, digestOf, type Manifest, mediaTypes } from './descriptor.js';
import { repositoryOf } from './registry-host.js';
import { createRegistryRequest, type RegistryRequest, type RegistrySurroundings } from './registry-request.js';

/** A manifest as the registry holds it. */
export interface StoredManifest {
  readonly descriptor: Descriptor;
  /** Byte for byte: its digest is over these. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly manifest: Manifest;
}

/** One repository of an OCI registry. */
export interface RepositoryClient {
  /** What a tag or digest points to, without reading it; undefined when there is none. */
  stat(reference: string): Promise<Pick<Descriptor, 'digest' | 'mediaType'> | undefined>;
  /** Undefined when there is none. */
  readManifest(reference: string): Promise<StoredManifest | undefined>;
  /** @param tag where it is to be found, besides its digest. */
  writeManifest(
    content: ManifestContent,
    tag?: string,
  ): Promise<{ readonly descriptor: Descriptor; readonly listed: boolean }>;
  /** The stream ends with an error when the bytes are not those of the digest. */
  readBlob(digest: string): Promise<Readable>;
  /** Uploads nothing that is there already. */
  writeBlob(bytes: Uint8Array<ArrayBuffer>, mediaType: string): Promise<Descriptor>;
  /** The registry's own list of what points to a manifest; undefined when it keeps none. */
  findReferrers(digest: string): Promise<readonly Descriptor[] | undefined>;
}

/** A manifest to write. */
export interface ManifestContent {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const ACCEPT = [mediaTypes.manifest, mediaTypes.index, mediaTypes.dockerManifest, mediaTypes.dockerList].join(', ');
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Opens the repository of a reference; its tag and digest do not matter. Nothing is asked yet.
 *
 * @throws {ReleaseError} `INVALID_OPTION`; the methods `DENIED`, `UNAVAILABLE`, `REGISTRY_FAILED`
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 */
export function openRepository(reference: string, surroundings: RegistrySurroundings): RepositoryClient {
  const request = createRegistryRequest(repositoryOf(reference), surroundings);
  return {
    async stat(at) {
      const target = `manifests/${at}`;
      const doing = `ask for the manifest ${at}`;
      const response = await request({
        method: 'HEAD',
        target,
        headers: { accept: ACCEPT },
        expect: [200, 404],
        doing,
      });
      if (response.status === 404) return undefined;
      const digest = response.headers.get('docker-content-digest');
      // Not every registry tells it on HEAD.
      return digest === null ? (await readManifest(request, at))?.descriptor : { digest, mediaType: typeOf(response) };
    },
    readManifest: (at) => readManifest(request, at),
    async writeManifest({ mediaType, bytes }, tag) {
      const digest = digestOf(bytes);
      const response = await request({
        method: 'PUT',
        target: `manifests/${tag ?? digest}`,
        headers: { 'content-type': mediaType },
        body: bytes,
        expect: [201],
        doing: `write the manifest ${tag ?? digest}`,
      });
      await response.body?.cancel();
      const descriptor = { mediaType, digest, size: bytes.length };
      return { descriptor, listed: response.headers.has('oci-subject') };
    },
    async readBlob(digest) {
      const response = await request({
        method: 'GET',
        target: `blobs/${digest}`,
        expect: [200],
        doing: `read the blob ${digest}`,
      });
      const { body } = response;
      if (body === null) throw new ReleaseError('REGISTRY_FAILED', `the registry sent nothing for the blob ${digest}`);
      const raw = Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]);
      const checked = checkDigest(digest);
      raw.on('error', (error) => checked.destroy(error));
      checked.on('close', () => raw.destroy());
      return raw.pipe(checked);
    },
    async writeBlob(bytes, mediaType) {
      const digest = digestOf(bytes);
      await uploadBlob(request, bytes, digest);
      return { mediaType, digest, size: bytes.length };
    },
    async findReferrers(digest) {
      const response = await request({
        method: 'GET',
        target: `referrers/${digest}`,
        headers: { accept: mediaTypes.index },
        expect: [200, 404],
        whole: true,
        doing: `list what points to ${digest}`,
      });
      // A registry without the list answers 404, or with a page of its web server.
      if (response.status === 404 || typeOf(response) !== mediaTypes.index) {
        await response.body?.cancel();
        return undefined;
      }
      const { manifests } = parseManifest(new Uint8Array(await response.arrayBuffer()), `referrers of ${digest}`);
      return manifests ?? [];
    },
  };
}

async function readManifest(request: RegistryRequest, at: string): Promise<StoredManifest | undefined> {
  const response = await request({
    method: 'GET',
    target: `manifests/${at}`,
    headers: { accept: ACCEPT },
    expect: [200, 404],
    whole: true,
    doing: `read the manifest ${at}`,
  });
  if (response.status === 404) {
    await response.body?.cancel();
    return undefined;
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const digest = digestOf(bytes);
  const told = at.startsWith('sha256:') ? at : (response.headers.get('docker-content-digest') ?? digest);
  if (digest !== told) {
    throw new ReleaseError('REGISTRY_FAILED', `the manifest ${at} came with digest ${digest} instead of ${told}`);
  }
  const manifest = parseManifest(bytes, `manifest ${at}`);
  return { descriptor: { mediaType: typeOf(response), digest, size: bytes.length }, bytes, manifest };
}

async function uploadBlob(request: RegistryRequest, body: Uint8Array<ArrayBuffer>, digest: string): Promise<void> {
  const doing = `upload the blob ${digest}`;
  const known = await request({ method: 'HEAD', target: `blobs/${digest}`, expect: [200, 404], doing });
  if (known.status === 200) return;
  const begun = await request({ method: 'POST', target: 'blobs/uploads/', expect: [202], doing });
  await begun.body?.cancel();
  const place = begun.headers.get('location');
  if (place === null) throw new ReleaseError('REGISTRY_FAILED', `cannot ${doing}: the registry names no place for it`);
  const target = new URL(place, begun.url);
  target.searchParams.set('digest', digest);
  const headers = { 'content-type': 'application/octet-stream' };
  const done = await request({ method: 'PUT', target: target.href, headers, body, expect: [201], doing });
  await done.body?.cancel();
}

function checkDigest(digest: string): Transform {
  const sum = createHash('sha256');
  return new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      sum.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const found = `sha256:${sum.digest('hex')}`;
      done(
        found === digest ? null : new ReleaseError('REGISTRY_FAILED', `the blob ${digest} came with digest ${found}`),
      );
    },
  });
}

function parseManifest(bytes: Uint8Array, what: string): Manifest {
  if (bytes.length > MAX_MANIFEST_BYTES) {
    throw new ReleaseError('REGISTRY_FAILED', `the ${what} is larger than ${MAX_MANIFEST_BYTES} bytes`);
  }
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // not JSON: told below
  }
  throw new ReleaseError('REGISTRY_FAILED', `the ${what} is no JSON map`);
}

function typeOf(response: Response): string {
  return (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
}
