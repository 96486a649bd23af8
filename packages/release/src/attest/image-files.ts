import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { ReleaseError } from '../errors.js';
import type { Descriptor } from '../registry/descriptor.js';
import type { RepositoryClient } from '../registry/repository-client.js';

/** Which files are read. */
export interface WantedFiles {
  /** Of a path without a leading slash. */
  readonly wants: (path: string) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Larger files are none of those that are looked for. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;

/**
 * Files of an image as a container would see them, by path: later layers replace and delete what earlier ones hold.
 *
 * Layers are streamed one after the other; only wanted files are kept.
 *
 * @throws {ReleaseError} `REGISTRY_FAILED` for a layer that cannot be read
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md
 */
export async function readImageFiles(
  repository: RepositoryClient,
  layers: readonly Descriptor[],
  { wants, signal }: WantedFiles,
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const layer of layers) {
    signal?.throwIfAborted();
    // An image may name content that only a licence holder has: it is not ours to look into.
    if (layer.mediaType.includes('nondistributable') || layer.mediaType.includes('foreign')) continue;
    await readLayer(await repository.readBlob(layer.digest), layer, { files, wants });
  }
  return files;
}

interface Collected {
  readonly files: Map<string, Buffer>;
  readonly wants: (path: string) => boolean;
}

async function readLayer(blob: Readable, { mediaType, digest }: Descriptor, collected: Collected): Promise<void> {
  if (/[+.]zstd$/.test(mediaType)) {
    blob.destroy();
    throw new ReleaseError(
      'REGISTRY_FAILED',
      `cannot look into the layer ${digest}: it is compressed as ${mediaType}`,
      {
        hint: 'Use base images with gzip layers, or leave attestations out with --no-attest.',
      },
    );
  }
  const archive = extract();
  const fail = (error: Error) => archive.destroy(error);
  blob.on('error', fail);
  const plain = /gzip$/.test(mediaType) ? blob.pipe(createGunzip()) : blob;
  plain.on('error', fail);
  plain.pipe(archive as unknown as NodeJS.WritableStream);
  const added = new Map<string, Buffer>();
  let total = 0;
  try {
    for await (const entry of archive) {
      const { name, type, size = 0 } = entry.header;
      const path = cleanPath(name);
      const isWhiteout = applyWhiteout(path, collected.files);
      const kept = !isWhiteout && type === 'file' && size <= MAX_FILE_BYTES && collected.wants(path);
      total += kept ? size : 0;
      if (total > MAX_TOTAL_BYTES) throw new ReleaseError('REGISTRY_FAILED', `the layer ${digest} holds too much`);
      if (!kept) entry.resume();
      else added.set(path, await collect(entry as AsyncIterable<Uint8Array>));
    }
  } catch (cause) {
    if (cause instanceof ReleaseError) throw cause;
    throw new ReleaseError('REGISTRY_FAILED', `cannot read the layer ${digest}: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    blob.destroy();
  }
  // A whiteout is about the layers below, wherever in the archive it stands.
  for (const [path, content] of added) collected.files.set(path, content);
}

/** Deletes what a marker says is gone. @returns whether it was one */
function applyWhiteout(path: string, files: Map<string, Buffer>): boolean {
  const { folder = '', name = '' } = /^(?<folder>(?:.*\/)?)\.wh\.(?<name>.+)$/.exec(path)?.groups ?? {};
  if (name === '') return false;
  const gone = name === '.wh..opq' ? folder : `${folder}${name}`;
  for (const each of files.keys()) if (each === gone || each.startsWith(gone.replace(/\/?$/, '/'))) files.delete(each);
  return true;
}

async function collect(entry: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function cleanPath(name: string): string {
  return name.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
}
