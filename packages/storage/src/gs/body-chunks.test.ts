import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileContent } from '../file/file-content.js';
import { type BodyChunk, chunksOf } from './body-chunks.js';

const pieces = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 });

async function collect(chunks: AsyncIterable<BodyChunk>): Promise<BodyChunk[]> {
  const all: BodyChunk[] = [];
  for await (const chunk of chunks) all.push({ ...chunk, data: Buffer.from(chunk.data) });
  return all;
}

describe(chunksOf, () => {
  it('cuts a file in the same way', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'body-chunks-')), 'file');
    onTestFinished(() => rm(dirname(path), { recursive: true }));
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 12 }), async (bytes, size) => {
        await writeFile(path, Buffer.concat([bytes, Buffer.from('what came later')]));
        await using file = await open(path);
        const content = new FileContent(file, { path, size: bytes.length });
        expect(await collect(chunksOf(content, size))).toEqual(await collect(chunksOf(bytes, size)));
      }),
    );
  });

  it('does not take a file that was cut off for a whole one', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'body-chunks-')), 'file');
    onTestFinished(() => rm(dirname(path), { recursive: true }));
    await writeFile(path, 'abcd');
    await using file = await open(path);
    await expect(collect(chunksOf(new FileContent(file, { path, size: 9 }), 4))).rejects.toThrow('cut off');
  });

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
