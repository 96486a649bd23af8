import { createReadStream } from 'node:fs';
import { pack } from 'tar-stream';
import type { BlobStore } from '../registry/blob-store.js';
import type { FileTree } from './file-tree.js';

/**
 * Writes a tree as one layer, uncompressed, in the order of its paths: the same tree gives the same digest.
 *
 * @returns its digest, which is the layer's diff ID.
 */
export async function writeLayer(tree: FileTree, blobs: BlobStore): Promise<string> {
  const archive = pack();
  const filling = fill(archive, tree);
  filling.catch((cause) => archive.destroy(cause as Error));
  const writer = await blobs.begin();
  try {
    for await (const chunk of archive as unknown as AsyncIterable<Uint8Array>) await writer.append(chunk);
    await filling;
  } catch (cause) {
    await writer.discard();
    throw cause;
  }
  return (await writer.finish()) as string;
}

async function fill(archive: ReturnType<typeof pack>, tree: FileTree): Promise<void> {
  const paths = [...tree.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  for (const path of paths) {
    const entry = tree.get(path);
    if (entry === undefined) continue;
    const { type, mode, uid, gid, mtimeMs, sizeBytes, content, target } = entry;
    // Whole seconds: fractions would make a second header.
    const common = { mode, uid, gid, uname: '', gname: '', mtime: new Date(Math.floor(mtimeMs / 1000) * 1000) };
    await new Promise<void>((resolve, reject) => {
      const done = (cause?: Error | null) => (cause ? reject(cause) : resolve());
      if (type === 'directory') archive.entry({ name: `${path}/`, type, ...common }, done);
      else if (type === 'symlink') archive.entry({ name: path, type, linkname: target ?? '', ...common }, done);
      else {
        const sink = archive.entry({ name: path, type, size: sizeBytes, ...common }, done);
        const source = createReadStream(content ?? '');
        source.once('error', reject);
        source.pipe(sink as unknown as NodeJS.WritableStream);
      }
    });
  }
  archive.finalize();
}
