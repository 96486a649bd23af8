import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack as createPack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import type { RepositoryClient } from '../registry/repository-client.js';
import { readImageFiles } from './image-files.js';

const GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';

async function tar(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = createPack();
  for (const [name, text] of Object.entries(files)) archive.entry({ name }, text);
  archive.finalize();
  return buffer(archive as unknown as NodeJS.ReadableStream);
}

async function read(blobs: readonly (Buffer | Error)[], mediaType = GZIP) {
  const repository = {
    readBlob: async (digest: string) => {
      const blob = blobs[Number(digest)];
      if (blob instanceof Error)
        return new Readable({
          read() {
            this.destroy(blob);
          },
        });
      return Readable.from([blob ?? Buffer.alloc(0)]);
    },
  } as RepositoryClient;
  const layers = blobs.map((_blob, index) => ({ mediaType, digest: String(index), size: 1 }));
  const files = await readImageFiles(repository, layers, { wants: (path) => !path.endsWith('.big') });
  return Object.fromEntries([...files].map(([path, content]) => [path, content.toString()]));
}

describe(readImageFiles, () => {
  it('lets later layers replace, delete and hide what earlier ones hold', async () => {
    const layers: Readonly<Record<string, string>>[] = [
      { './a': '1', 'b/c': '1', 'b/d': '1', bc: '1', 'e/f': '1', 'x.big': '1' },
      { a: '2', '.wh.b': '', 'e/g': '2', 'e/.wh..wh..opq': '' },
    ];
    const blobs = await Promise.all(layers.map(async (files) => gzipSync(await tar(files))));
    expect(await read(blobs)).toEqual({ a: '2', bc: '1', 'e/g': '2' });
  });

  it('reads layers that are not compressed', async () => {
    expect(await read([await tar({ a: '1' })], 'application/vnd.oci.image.layer.v1.tar')).toEqual({ a: '1' });
  });

  it.each([
    ['that is no gzip', Buffer.from('nonsense'), GZIP],
    ['that breaks off', new Error('reset'), GZIP],
    ['in zstd', Buffer.from('x'), 'application/vnd.oci.image.layer.v1.tar+zstd'],
  ])('throws on a layer %s', async (_what, blob, mediaType) => {
    await expect(read([blob], mediaType)).rejects.toThrow(
      expect.objectContaining({ code: 'REGISTRY_FAILED' }) as Error,
    );
  });
});
