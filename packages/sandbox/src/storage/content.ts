import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { crc32c } from './crc32c.js';

/** An object's bytes: a file that nothing writes to any more. */
export interface Content {
  readonly file: string;
  readonly sizeBytes: number;
  /** CRC-32C as an unsigned number. */
  readonly crc32c: number;
  /** Base64. Absent for composed objects, as in the real service. */
  readonly md5: string | undefined;
}

/** Writes content piece by piece, so that memory holds one piece at a time. */
export interface ContentWriter {
  /** Bytes that are in the file. */
  readonly sizeBytes: number;
  append(chunk: Uint8Array): Promise<void>;
  /** Closes the file. */
  finish(): Promise<Content>;
  /** Closes and removes the file. */
  discard(): Promise<void>;
}

/** Starts a new file. The writer owns it until `finish`. */
export async function createContent(file: string): Promise<ContentWriter> {
  const handle: FileHandle = await open(file, 'wx', 0o600);
  const md5: Hash = createHash('md5');
  let crc = 0;
  let sizeBytes = 0;
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    async append(chunk) {
      let written = 0;
      while (written < chunk.length) {
        const { bytesWritten } = await handle.write(chunk, written, chunk.length - written, sizeBytes + written);
        written += bytesWritten;
      }
      md5.update(chunk);
      crc = crc32c(chunk, crc);
      sizeBytes += chunk.length;
    },
    async finish() {
      await handle.close();
      return { file, sizeBytes, crc32c: crc, md5: md5.digest('base64') };
    },
    async discard() {
      await handle.close();
      await rm(file, { force: true });
    },
  };
}

/**
 * Writes a whole stream.
 *
 * Nothing is left behind when the stream fails.
 */
export async function writeContent(file: string, source: AsyncIterable<Uint8Array>): Promise<Content> {
  const writer = await createContent(file);
  try {
    for await (const chunk of source) await writer.append(chunk);
  } catch (cause) {
    await writer.discard();
    throw cause;
  }
  return writer.finish();
}
