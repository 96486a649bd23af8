import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeContent } from './content.js';
import { download } from './download.js';
import type { ObjectFields, StoredObject } from './object-store.js';

const text = 'a line of a log\n'.repeat(100);
const packed = gzipSync(text);

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'download-'));
});
afterAll(() => rm(dir, { recursive: true }));

async function stored(fields: ObjectFields): Promise<StoredObject> {
  async function* bytes() {
    yield packed;
  }
  const content = await writeContent(join(dir, String(Math.random())), bytes());
  const versions = { generation: 1n, metageneration: 1n, timeCreatedMs: 0, updatedMs: 0 };
  return { bucket: 'b', name: 'log', content, fields, ...versions };
}

describe(download, () => {
  it.each([
    ['gzip', 'gzip, deflate', undefined, false],
    ['anything', '*', undefined, false],
    ['no gzip', 'gzip;q=0, *', undefined, true],
    ['gzip at a low weight', 'br, gzip;q=0.1', undefined, false],
    ['nothing', undefined, undefined, true],
    ['identity', 'identity', 'private, max-age=60', true],
    ['identity, of an object that is not to be transformed', 'identity', 'no-cache, no-transform', false],
  ])('to a client that takes %s', async (_what, acceptEncoding, cacheControl, unpacks) => {
    const object = await stored({ contentEncoding: 'gzip', ...(cacheControl === undefined ? {} : { cacheControl }) });
    const { headers, ...response } = await answerOf(object, acceptEncoding);
    expect(response).toEqual({ status: 200, body: unpacks ? Buffer.from(text) : packed });
    expect(headers.get('content-encoding')).toBe(unpacks ? null : 'gzip');
    expect(headers.get('content-length')).toBe(unpacks ? null : String(packed.length));
    expect(headers.get('x-goog-stored-content-encoding')).toBe('gzip');
    expect(headers.get('x-goog-stored-content-length')).toBe(String(packed.length));
    expect(headers.get('x-goog-hash')).toContain(`md5=${createHash('md5').update(packed).digest('base64')}`);
  });

  it('gives a range of the stored bytes, or all of what it unpacks', async () => {
    const object = await stored({ contentEncoding: 'gzip' });
    const part = await answerOf(object, 'gzip', 'bytes=2-5');
    expect(part).toMatchObject({ status: 206, body: packed.subarray(2, 6) });
    expect(await answerOf(object, undefined, 'bytes=2-5')).toMatchObject({ status: 200, body: Buffer.from(text) });
  });
});

async function answerOf(object: StoredObject, acceptEncoding?: string, range?: string) {
  const response = await download(object, {
    head: false,
    ...(acceptEncoding === undefined ? {} : { acceptEncoding }),
    ...(range === undefined ? {} : { range }),
  });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, body };
}
