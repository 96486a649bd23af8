import { Readable } from 'node:stream';
import { FileContent } from '../file/file-content.js';
import type { ObjectBody } from '../object-store.js';

/** A piece of a body. All but the last have the same size. */
export interface BodyChunk {
  /** What is in it until the next piece is asked for: then it is written over. */
  readonly data: Buffer;
  /** Position of its first byte. */
  readonly start: number;
  readonly isLast: boolean;
}

/**
 * Cuts a body into pieces of `chunkBytes`, the last one shorter; an empty body is one empty piece. Of a stream or file there is
 * one piece in memory at a time.
 */
export async function* chunksOf(body: ObjectBody, chunkBytes: number): AsyncGenerator<BodyChunk> {
  if (!(body instanceof Readable)) return yield* slicesOf(body, chunkBytes);
  const chunk = Buffer.allocUnsafeSlow(chunkBytes);
  if (body instanceof FileContent) return yield* piecesOf(body, chunk);
  let [filled, start] = [0, 0];
  for await (const piece of body as AsyncIterable<Buffer | string>) {
    let rest = typeof piece === 'string' ? Buffer.from(piece) : piece;
    while (rest.length > 0) {
      // Only once there is more is it known that a full one is not the last.
      if (filled === chunkBytes) {
        yield { data: chunk, start, isLast: false };
        start += chunkBytes;
        filled = 0;
      }
      const taken = rest.copy(chunk, filled);
      filled += taken;
      rest = rest.subarray(taken);
    }
  }
  yield { data: chunk.subarray(0, filled), start, isLast: true };
}

async function* piecesOf(file: FileContent, chunk: Buffer): AsyncGenerator<BodyChunk> {
  for (let start = 0; ; start += chunk.length) {
    const filled = await file.readInto(chunk);
    const isLast = file.isAtEnd;
    if (!isLast && filled < chunk.length) throw new Error('the file was cut off while it was read');
    yield { data: chunk.subarray(0, filled), start, isLast };
    if (isLast) return;
  }
}

function* slicesOf(body: string | Uint8Array, chunkBytes: number): Generator<BodyChunk> {
  const all = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let start = 0; ; start += chunkBytes) {
    const isLast = start + chunkBytes >= all.length;
    yield { data: all.subarray(start, start + chunkBytes), start, isLast };
    if (isLast) return;
  }
}
