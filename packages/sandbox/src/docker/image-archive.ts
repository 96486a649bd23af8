import { pack } from 'tar-stream';
import { Readable } from 'node:stream';
import type { ImageTable, LocalImage } from './image-table.js';

/**
 * Images as `docker save` writes them: one tar with manifest.json, the configurations and the layers.
 *
 * @see https://github.com/moby/docker-image-spec/blob/main/v1.2.md
 */
export function saveImages(
  images: readonly { readonly image: LocalImage; readonly tags: readonly string[] }[],
  table: ImageTable,
): Readable {
  const archive = pack();
  const add = (name: string, text: string) => {
    return new Promise<void>((resolve, reject) => {
      archive.entry({ name, mtime: new Date(0) }, text, (cause) => (cause ? reject(cause) : resolve()));
    });
  };
  const fill = async () => {
    const written = new Set<string>();
    for (const { image } of images) {
      for (const diffId of image.config.rootfs.diff_ids) {
        if (written.has(diffId)) continue;
        written.add(diffId);
        const size = (await table.layers.sizeOf(diffId)) ?? 0;
        const source = await table.layers.read(diffId);
        await new Promise<void>((resolve, reject) => {
          const header = { name: layerName(diffId), size, mtime: new Date(0) };
          const sink = archive.entry(header, (cause) => (cause ? reject(cause) : resolve()));
          source.once('error', reject);
          source.pipe(sink as unknown as NodeJS.WritableStream);
        });
      }
      await add(configName(image), image.bytes);
    }
    const manifest = images.map(({ image, tags }) => ({
      Config: configName(image),
      RepoTags: tags.length === 0 ? null : tags,
      Layers: image.config.rootfs.diff_ids.map(layerName),
    }));
    await add('manifest.json', JSON.stringify(manifest));
    archive.finalize();
  };
  fill().catch((cause) => archive.destroy(cause as Error));
  return Readable.from(archive as unknown as AsyncIterable<Uint8Array>);
}

function layerName(diffId: string): string {
  return `${diffId.slice('sha256:'.length)}/layer.tar`;
}

function configName({ id }: LocalImage): string {
  return `${id.slice('sha256:'.length)}.json`;
}
