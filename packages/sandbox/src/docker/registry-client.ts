import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { BlobStore } from '../registry/blob-store.js';
import { digestOf } from '../registry/blob-store.js';
import type { Manifest } from '../registry/manifest.js';
import { mediaTypes } from '../registry/manifest.js';
import type { ImageReference } from '../registry/reference.js';
import { familiarName, isLoopback } from '../registry/reference.js';
import { gunzipIfNeeded } from '../registry/unpack-layer.js';
import { DockerError } from './docker-error.js';
import type { ImageTable, LocalImage } from './image-table.js';

/** One message of the engine's stream. */
export type Progress = Readonly<Record<string, unknown>>;

/** What a push or pull works with. */
export interface Transfer {
  readonly table: ImageTable;
  /** Layers packed for the way, kept so that the next push does not pack them again. */
  readonly packed: BlobStore;
  readonly emit: (message: Progress) => void;
  /** `Authorization` for the registry, if there is one. */
  readonly authorization: string | undefined;
  readonly signal: AbortSignal;
}

/** Packed form of a layer by diff ID: computed once. */
export type PackedLayers = Map<string, { readonly digest: string; readonly sizeBytes: number }>;

interface Remote {
  readonly name: string;
  request(path: string, init?: RequestInit & { readonly duplex?: 'half' }): Promise<Response>;
}

/** @throws {DockerError} for a registry that is not on loopback, or does not answer */
function connect({ host, repository }: ImageReference, { authorization, signal }: Transfer): Remote {
  if (!isLoopback(host)) {
    throw new DockerError(
      500,
      `Get "https://${host}/v2/": refused: the sandbox's Docker stand-in reaches registries on loopback only. Use a real Docker Engine for others.`,
    );
  }
  const base = `http://${host}/v2/${repository}`;
  return {
    name: repository,
    async request(path, init = {}) {
      const headers = new Headers(init.headers);
      if (authorization !== undefined) headers.set('authorization', authorization);
      const url = path.startsWith('/v2/') ? new URL(path, base).href : /^https?:/.test(path) ? path : base + path;
      if (!isLoopback(new URL(url).host)) throw new DockerError(500, `refused to follow the registry to ${url}`);
      try {
        return await fetch(url, { ...init, headers, signal, redirect: 'error' });
      } catch (cause) {
        signal.throwIfAborted();
        const { code } = ((cause as Error).cause ?? {}) as NodeJS.ErrnoException;
        const why = code === 'ECONNREFUSED' ? `dial tcp ${host}: connect: connection refused` : (code ?? 'EOF');
        throw new DockerError(500, `Get "http://${host}/v2/": ${why}`);
      }
    },
  };
}

async function refusal(reply: Response): Promise<DockerError> {
  const body = await reply.text();
  let message = `received unexpected HTTP status: ${reply.status} ${reply.statusText}`;
  try {
    const { errors = [] } = JSON.parse(body) as { errors?: { code: string; message: string }[] };
    const [first] = errors;
    if (first !== undefined) message = `${first.code.toLowerCase().replaceAll('_', ' ')}: ${first.message}`;
  } catch {
    // not the registry's JSON: the status has to do
  }
  return new DockerError(500, message);
}

/**
 * Pushes one tag: layers that the registry lacks, the configuration, then the manifest.
 *
 * @returns digest of the manifest
 */
export async function pushImage(
  image: LocalImage,
  reference: ImageReference & { readonly tag: string },
  transfer: Transfer & { readonly packedLayers: PackedLayers },
): Promise<string> {
  const { emit } = transfer;
  const remote = connect(reference, transfer);
  const check = await remote.request('/v2/');
  await check.arrayBuffer();
  if (check.status === 401) throw new DockerError(500, 'unauthorized: authentication required');
  const { diff_ids: diffIds } = image.config.rootfs;
  for (const diffId of diffIds) emit({ status: 'Preparing', progressDetail: {}, id: short(diffId) });
  const layers = [];
  for (const diffId of diffIds) {
    const { digest, sizeBytes } = await packLayer(diffId, transfer);
    layers.push({ mediaType: mediaTypes.dockerLayer, size: sizeBytes, digest });
    const id = short(diffId);
    const there = await remote.request(`/blobs/${digest}`, { method: 'HEAD' });
    if (there.status === 200) {
      emit({ status: 'Layer already exists', progressDetail: {}, id });
      continue;
    }
    emit({ status: 'Pushing', progressDetail: { current: 0, total: sizeBytes }, progress: bar(0, sizeBytes), id });
    await pushBlob(remote, digest, { sizeBytes, open: () => transfer.packed.read(digest) });
    emit({
      status: 'Pushing',
      progressDetail: { current: sizeBytes, total: sizeBytes },
      progress: bar(sizeBytes, sizeBytes),
      id,
    });
    emit({ status: 'Pushed', progressDetail: {}, id });
  }
  const sizeBytes = Buffer.byteLength(image.bytes);
  const inStore = await remote.request(`/blobs/${image.id}`, { method: 'HEAD' });
  if (inStore.status !== 200) {
    await pushBlob(remote, image.id, { sizeBytes, open: async () => Readable.from([Buffer.from(image.bytes)]) });
  }
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.dockerManifest,
    config: { mediaType: mediaTypes.dockerConfig, size: sizeBytes, digest: image.id },
    layers,
  });
  const headers = { 'content-type': mediaTypes.dockerManifest };
  const reply = await remote.request(`/manifests/${reference.tag}`, { method: 'PUT', headers, body: manifest });
  if (!reply.ok) throw await refusal(reply);
  const digest = digestOf(manifest);
  const size = Buffer.byteLength(manifest);
  emit({ status: `${reference.tag}: digest: ${digest} size: ${size}` });
  emit({ progressDetail: {}, aux: { Tag: reference.tag, Digest: digest, Size: size } });
  return digest;
}

/** gzip of Node writes no time, so that the same layer has the same digest. */
async function packLayer(diffId: string, { table, packed, packedLayers }: Transfer & { packedLayers: PackedLayers }) {
  const known = packedLayers.get(diffId);
  if (known !== undefined) return known;
  const writer = await packed.begin();
  const source = await table.layers.read(diffId);
  const gzip = createGzip({ level: 6 });
  source.once('error', (cause) => gzip.destroy(cause));
  for await (const chunk of source.pipe(gzip)) await writer.append(chunk as Uint8Array);
  const { sizeBytes } = writer;
  const result = { digest: (await writer.finish()) as string, sizeBytes };
  packedLayers.set(diffId, result);
  return result;
}

async function pushBlob(
  remote: Remote,
  digest: string,
  { sizeBytes, open }: { readonly sizeBytes: number; readonly open: () => Promise<Readable> },
): Promise<void> {
  const started = await remote.request('/blobs/uploads/', { method: 'POST' });
  if (started.status !== 202) throw await refusal(started);
  await started.arrayBuffer();
  const location = started.headers.get('location') ?? '';
  const url = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
  const reply = await remote.request(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) },
    body: Readable.toWeb(await open()) as unknown as NonNullable<RequestInit['body']>,
    duplex: 'half',
  });
  if (reply.status !== 201) throw await refusal(reply);
}

function bar(current: number, total: number): string {
  const filled = total === 0 ? 50 : Math.round((current / total) * 50);
  return `[${'='.repeat(Math.max(0, filled - 1))}>${' '.repeat(50 - filled)}] ${current}B/${total}B`;
}

function short(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12);
}

/**
 * Pulls an image into the table and tags it.
 *
 * @throws {DockerError} 404 in the engine's words when the registry has no such image
 */
export async function pullImage(
  reference: ImageReference,
  transfer: Transfer & { readonly architecture: string },
): Promise<{ readonly image: LocalImage; readonly digest: string }> {
  const { table, emit, architecture } = transfer;
  const remote = connect(reference, transfer);
  const name = familiarName(reference);
  const wanted = reference.digest ?? reference.tag ?? 'latest';
  emit({ status: `Pulling from ${reference.repository}`, id: wanted });
  const top = await readManifest(remote, wanted, name);
  const inner = top.manifest.manifests;
  const fits = inner?.find(({ platform }) => platform?.os === 'linux' && platform.architecture === architecture);
  const chosen = inner === undefined ? top : await readManifest(remote, (fits ?? inner[0])?.digest ?? '', name);
  const { config: pointer, layers = [] } = chosen.manifest;
  if (pointer === undefined)
    throw new DockerError(404, `no matching manifest for linux/${architecture} in the manifest list entries`);
  for (const { digest } of layers) {
    const blob = await remote.request(`/blobs/${digest}`);
    if (!blob.ok || blob.body === null) throw await refusal(blob);
    const writer = await table.layers.begin();
    const source = Readable.fromWeb(blob.body as Parameters<typeof Readable.fromWeb>[0]);
    for await (const chunk of gunzipIfNeeded(source)) await writer.append(chunk as Uint8Array);
    await writer.finish();
    emit({ status: 'Pull complete', progressDetail: {}, id: short(digest) });
  }
  const config = await remote.request(`/blobs/${pointer.digest}`);
  if (!config.ok || config.body === null) throw await refusal(config);
  const bytes = await text(Readable.fromWeb(config.body as Parameters<typeof Readable.fromWeb>[0]));
  if (digestOf(bytes) !== pointer.digest) throw new DockerError(500, 'image config verification failed');
  const image = await table.add(bytes);
  if (reference.tag !== undefined) table.tag(`${name}:${reference.tag}`, image.id);
  table.addDigest(`${name}@${top.digest}`, image.id);
  emit({ status: `Digest: ${top.digest}` });
  emit({
    status: `Status: Downloaded newer image for ${name}${reference.digest ? `@${reference.digest}` : `:${wanted}`}`,
  });
  return { image, digest: top.digest };
}

async function readManifest(remote: Remote, reference: string, name: string) {
  const accept = [
    mediaTypes.dockerManifest,
    mediaTypes.ociManifest,
    mediaTypes.ociIndex,
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ];
  const reply = await remote.request(`/manifests/${reference}`, { headers: { accept: accept.join(', ') } });
  const body = await reply.text();
  if (reply.status === 404) {
    const separator = reference.startsWith('sha256:') ? '@' : ':';
    throw new DockerError(
      404,
      `manifest for ${name}${separator}${reference} not found: manifest unknown: manifest unknown`,
    );
  }
  if (!reply.ok) throw await refusal(new Response(body, reply));
  return { digest: digestOf(body), manifest: JSON.parse(body) as Manifest };
}
