import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContent, openContent, removeContent, writeContent } from './content.js';
import { crc32c } from './crc32c.js';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'content-'));
});
afterEach(() => rm(dir, { recursive: true }));

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe(writeContent, () => {
  it.each([
    [0, 0],
    [1, 0],
    [256 * 1024, 0],
    [256 * 1024 + 1, 1],
    [1_500_000, 1],
  ])('holds %i bytes in %i files, with their hashes', async (size, files) => {
    const bytes = randomBytes(size);
    const content = await writeContent(join(dir, 'a'), pieces(bytes, 65_536));
    const md5 = createHash('md5').update(bytes).digest('base64');
    expect(content).toMatchObject({ sizeBytes: size, crc32c: crc32c(bytes), md5 });
    expect(await readdir(dir)).toHaveLength(files);
    expect((await buffer(await openContent(content))).equals(bytes)).toBe(true);
    const part = await buffer(await openContent(content, { start: 3, last: 300_000 }));
    expect(part.equals(bytes.subarray(3, 300_001))).toBe(true);
    const opened = await openContent(content);
    await removeContent(content);
    await removeContent(content);
    expect((await buffer(opened)).equals(bytes)).toBe(true);
    expect(await readdir(dir)).toEqual([]);
  });

  it.each([10, 1_000_000])('leaves nothing behind when a stream fails after %i bytes', async (size) => {
    async function* failing() {
      yield Buffer.alloc(size);
      throw new Error('cut');
    }
    await expect(writeContent(join(dir, 'a'), failing())).rejects.toThrow('cut');
    expect(await readdir(dir)).toEqual([]);
  });
});

describe(createContent, () => {
  it.each([10, 1_000_000])('discards %i bytes', async (size) => {
    const writer = createContent(join(dir, 'a'));
    await writer.append(Buffer.alloc(size));
    expect(writer.sizeBytes).toBe(size);
    await writer.discard();
    expect(await readdir(dir)).toEqual([]);
  });
});
