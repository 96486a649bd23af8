import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BodyChunk, chunksOf } from './body-chunks.js';

const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });

async function collect(chunks: AsyncIterable<BodyChunk>): Promise<BodyChunk[]> {
  const all: BodyChunk[] = [];
  for await (const chunk of chunks) all.push({ ...chunk, data: Buffer.from(chunk.data) });
  return all;
}

describe(chunksOf, () => {
  it('cuts any body into full pieces and a last one, the same for a stream as for bytes', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 12 }), async (parts, size) => {
        const whole = Buffer.concat(parts);
        const stream = Readable.from(parts.map((part) => Buffer.from(part)).filter(({ length }) => length > 0));
        const chunks = await collect(chunksOf(stream, size));
        expect(chunks).toEqual(await collect(chunksOf(whole, size)));
        expect(Buffer.concat(chunks.map(({ data }) => data))).toEqual(whole);
        for (const [at, { data, start, isLast }] of chunks.entries()) {
          expect({ start, isLast }).toEqual({ start: at * size, isLast: at === chunks.length - 1 });
          if (!isLast) expect(data).toHaveLength(size);
          else if (whole.length > 0) expect(data.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
