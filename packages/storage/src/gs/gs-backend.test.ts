import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createObjectStore, storeOptionsFromEnv } from '../create-object-store.js';
import type { GsOptions } from './gs-options.js';
import { type Cloud, startCloud } from '../testing/cloud.js';

let scratch = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'storage-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterEach(() => cloud.reset());
afterAll(() => cloud[Symbol.asyncDispose]());

const waits: number[] = [];
function open(gcs: GsOptions = {}) {
  waits.length = 0;
  return createObjectStore({
    gcs: { apiEndpoint: cloud.apiEndpoint, maxRetries: 0, ...gcs },
    sleep: async (ms) => void waits.push(ms),
    random: () => 1,
  });
}

const uri = 'gs://ci-logs/a';

describe('Cloud Storage', () => {
  it('keeps content type, cache control and metadata, also in a copy', async () => {
    const store = open();
    const metadata = { link: 'gs://ci-logs/b' };
    const options = { contentType: 'text/plain', cacheControl: 'no-cache', metadata };
    expect(await store.write(uri, 'x', options)).toMatchObject({ contentType: 'text/plain', metadata });
    expect(await store.stat(uri)).toMatchObject({ cacheControl: 'no-cache' });
    expect(await store.copy(uri, `${uri}2`)).toMatchObject({ contentType: 'text/plain', metadata });
  });

  it('sends a small object in one request', async () => {
    const store = open();
    await store.write(uri, 'x');
    expect(cloud.wire.requests).toEqual(['POST /upload/storage/v1/b/ci-logs/o?uploadType=multipart&name=a']);
  });

  it('sends a large object in pieces', async () => {
    const store = open();
    await store.write(uri, Buffer.alloc(20 * 2 ** 20));
    expect(cloud.wire.requests.map((line) => line.slice(0, 4))).toEqual(['POST', 'PUT ', 'PUT ', 'PUT ']);
  });

  it.each([
    [400, 'FAILED', false],
    [401, 'DENIED', true],
    [403, 'DENIED', true],
    [404, 'NOT_FOUND', false],
    [412, 'PRECONDITION_FAILED', false],
    [429, 'UNAVAILABLE', true],
    [503, 'UNAVAILABLE', true],
  ])('tells of status %i as %s in every kind of call', async (answer, code, infrastructure) => {
    const store = open();
    await cloud.put('a', 'x');
    cloud.wire.addFault({ answer, times: Number.POSITIVE_INFINITY, match: /./ });
    const large = Buffer.alloc(9 * 2 ** 20);
    const calls: [string, () => Promise<unknown>][] = [
      ['read', () => store.read(uri)],
      ['write', () => store.write(uri, 'x')],
      ['write', () => store.write(uri, large)],
      ['list', async () => (await store.list(uri)[Symbol.asyncIterator]().next()).value],
      ['list', async () => (await store.listLevel(uri)[Symbol.asyncIterator]().next()).value],
      ['delete', () => store.delete(uri)],
      ['copy', () => store.copy(uri, `${uri}2`)],
    ];
    for (const [operation, call] of calls) {
      await expect(call(), operation).rejects.toThrow(
        expect.objectContaining({ name: 'StorageError', code, infrastructure, operation, uri, httpStatus: answer }),
      );
    }
    const [last] = cloud.wire.requests.slice(-1);
    expect(last).toContain('rewriteTo');
  });

  it('gives up on pieces of a large object that are refused', async () => {
    const store = open();
    cloud.wire.addFault({ answer: 503, times: Number.POSITIVE_INFINITY, match: /^PUT/ });
    const writing = store.write(uri, Buffer.alloc(9 * 2 ** 20));
    await expect(writing).rejects.toThrow(expect.objectContaining({ code: 'UNAVAILABLE', operation: 'write' }));
    expect(cloud.names()).toEqual([]);
  });

  it('says that nobody answers', async () => {
    const store = open({ apiEndpoint: 'http://127.0.0.1:9' });
    await expect(store.read(uri)).rejects.toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', infrastructure: true }),
    );
    await expect(store.write(uri, 'x')).rejects.toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('tells of a connection that is lost in the middle of an object', async () => {
    const store = open({ idleTimeoutMs: 20 });
    await cloud.put('a', 'x'.repeat(100));
    cloud.wire.addFault({ answer: 'cut', times: 2, match: /alt=media/ });
    const lost = expect.objectContaining({ name: 'StorageError', code: 'UNAVAILABLE', operation: 'read', uri });
    await expect(store.read(uri)).rejects.toThrow(lost);
    await expect(store.copy(uri, pathToFileURL(join(scratch, 'a')).href)).rejects.toThrow(lost);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('repeats what met an overload or a lost connection, and goes on doing so', async () => {
    const store = open({ maxRetries: 2 });
    cloud.wire.addFault({ answer: 503, times: 1, match: /^POST/ });
    await store.write(uri, 'x');
    cloud.wire.addFault({ answer: 'reset', times: 1, match: /^GET/ });
    expect(await store.stat(uri)).toMatchObject({ sizeBytes: 1 });
    expect(cloud.wire.requests).toHaveLength(4);
  });

  it('never repeats what met a failed precondition', async () => {
    const store = open({ maxRetries: 3 });
    await cloud.put('a', 'x');
    await expect(store.write(uri, 'y', { ifGenerationMatch: '0' })).rejects.toThrow(
      expect.objectContaining({ code: 'PRECONDITION_FAILED', httpStatus: 412 }),
    );
    expect(cloud.wire.requests).toHaveLength(1);
  });

  it('rejects a bucket that is not there, where it could not tell it from an empty one', async () => {
    const store = open();
    const listing = store.list('gs://no-such-bucket/')[Symbol.asyncIterator]().next();
    await expect(listing).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND', httpStatus: 404 }));
  });

  it('uploads the other files of a folder when some fail, and tells of each', async () => {
    const store = open();
    await mkdir(join(scratch, 'up'));
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(scratch, 'up', name), name);
    cloud.wire.addFault({ answer: 403, times: 2, match: /name=up%2F[bc]/ });
    const failure: unknown = await store.uploadFolder(join(scratch, 'up'), 'gs://ci-logs/up').catch((error) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({
      code: 'DENIED',
      infrastructure: true,
      message: expect.stringContaining('2 of 4 objects failed, first: cannot write gs://ci-logs/up/b'),
      errors: [{ uri: 'gs://ci-logs/up/b' }, { uri: 'gs://ci-logs/up/c' }],
    });
    expect(cloud.names()).toEqual(['up/a', 'up/d']);
  });

  it.each(['up/../../evil', 'up/..', 'up//evil', 'up/./evil', 'up/a/../b', 'up//etc/passwd'])(
    'downloads nothing when an object is called %s',
    async (name) => {
      const store = open();
      await cloud.put('up/good', 'x');
      await cloud.put(name, 'evil');
      const target = join(scratch, 'deep', 'target');
      await expect(store.downloadFolder('gs://ci-logs/up', target)).rejects.toThrow(
        expect.objectContaining({ code: 'INVALID_NAME', uri: `gs://ci-logs/${name}` }),
      );
      expect(await readdir(scratch)).toEqual([]);
    },
  );

  it('goes to the endpoint it was given, whatever the process environment says', async () => {
    const store = open();
    const before = process.env['STORAGE_EMULATOR_HOST'];
    process.env['STORAGE_EMULATOR_HOST'] = 'http://127.0.0.1:9';
    try {
      expect(await store.stat(uri)).toBeUndefined();
      await store.write(uri, 'x');
      expect(await store.readText(uri)).toBe('x');
    } finally {
      if (before === undefined) delete process.env['STORAGE_EMULATOR_HOST'];
      else process.env['STORAGE_EMULATOR_HOST'] = before;
    }
  });
});

describe(storeOptionsFromEnv, () => {
  it.each([
    [{}, {}],
    [{ STORAGE_EMULATOR_HOST: '127.0.0.1:9000' }, { apiEndpoint: 'http://127.0.0.1:9000' }],
    [
      { STORAGE_EMULATOR_HOST: 'http://h:1', CLOUDSDK_CORE_PROJECT: 'p', GOOGLE_CLOUD_PROJECT: 'q' },
      { apiEndpoint: 'http://h:1', projectId: 'p' },
    ],
    [{ STORAGE_EMULATOR_HOST: '', GOOGLE_CLOUD_PROJECT: 'q' }, { projectId: 'q' }],
  ])('reads %j', (env, gcs) => {
    expect(storeOptionsFromEnv(env)).toEqual({ gcs });
  });
});
