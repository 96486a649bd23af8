import { Readable } from 'node:stream';
import type { ObjectBody } from '../object-store.js';

/** A piece of a body. All but the last have the same size. */
export interface BodyChunk {
  readonly data: Buffer;
  /** Position of its first byte. */
  readonly start: number;
  readonly isLast: boolean;
}

/** Cuts a body into pieces of `chunkBytes`, the last one shorter; an empty body is one empty piece. */
export async function* chunksOf(body: ObjectBody, chunkBytes: number): AsyncGenerator<BodyChunk> {
  if (!(body instanceof Readable)) return yield* slicesOf(body, chunkBytes);
  let [pieces, length, start]: [Buffer[], number, number] = [[], 0, 0];
  for await (const piece of body as AsyncIterable<Buffer | string>) {
    pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
    length += pieces.at(-1)?.length ?? 0;
    // More than a chunk, so that none is taken for the last too early or too late.
    while (length > chunkBytes) {
      const all = Buffer.concat(pieces, length);
      yield { data: all.subarray(0, chunkBytes), start, isLast: false };
      start += chunkBytes;
      length -= chunkBytes;
      pieces = [all.subarray(chunkBytes)];
    }
  }
  yield { data: Buffer.concat(pieces, length), start, isLast: true };
}

function* slicesOf(body: string | Uint8Array, chunkBytes: number): Generator<BodyChunk> {
  const all = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (let start = 0; ; start += chunkBytes) {
    const isLast = start + chunkBytes >= all.length;
    yield { data: all.subarray(start, start + chunkBytes), start, isLast };
    if (isLast) return;
  }
}
