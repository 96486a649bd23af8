import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** Content by digest, in files. */
export interface BlobStore {
  /** Its size, or `undefined` when it is not here. */
  sizeOf(digest: string): Promise<number | undefined>;
  /** The bytes from `start` to `end`, both counted; all without them. @throws when it is not here. */
  read(digest: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
  begin(): Promise<BlobWriter>;
  /** Stores a whole text or buffer. @returns its digest. */
  write(bytes: Uint8Array | string): Promise<string>;
  delete(digest: string): Promise<void>;
}

/** A blob that is still coming. */
export interface BlobWriter {
  readonly sizeBytes: number;
  append(chunk: Uint8Array): Promise<void>;
  /**
   * Puts it in its place, if it has the digest that is expected of it.
   *
   * @returns its digest, or `undefined` when `expected` is another; then nothing is kept.
   */
  finish(expected?: string): Promise<string | undefined>;
  /** Removes what came so far. */
  discard(): Promise<void>;
}

/** `sha256:` and the hash in hex. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Opens a store in `dir`, which is made. What lies there from before is found. */
export async function createBlobStore(dir: string): Promise<BlobStore> {
  const uploads = join(dir, 'uploads');
  await mkdir(uploads, { recursive: true });
  await mkdir(join(dir, 'sha256'), { recursive: true });
  const path = (digest: string) => join(dir, 'sha256', digest.slice('sha256:'.length));

  const begin = async (): Promise<BlobWriter> => {
    const file = join(uploads, randomUUID());
    const handle = await open(file, 'wx', 0o600);
    const hash = createHash('sha256');
    let sizeBytes = 0;
    const discard = async () => {
      await handle.close();
      await rm(file, { force: true });
    };
    return {
      get sizeBytes() {
        return sizeBytes;
      },
      async append(chunk) {
        let written = 0;
        while (written < chunk.length) {
          written += (await handle.write(chunk, written, chunk.length - written, sizeBytes + written)).bytesWritten;
        }
        hash.update(chunk);
        sizeBytes += chunk.length;
      },
      async finish(expected) {
        const digest = `sha256:${hash.digest('hex')}`;
        if (expected !== undefined && expected !== digest) {
          await discard();
          return undefined;
        }
        await handle.close();
        await rename(file, path(digest));
        return digest;
      },
      discard,
    };
  };

  return {
    async sizeOf(digest) {
      try {
        return (await stat(path(digest))).size;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw cause;
      }
    },
    async read(digest, range) {
      return (await open(path(digest))).createReadStream(range ?? {});
    },
    begin,
    async write(bytes) {
      const writer = await begin();
      await writer.append(Buffer.from(bytes));
      return (await writer.finish()) as string;
    },
    delete: (digest) => rm(path(digest), { force: true }),
  };
}
