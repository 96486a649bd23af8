import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
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
    const store = open({ idleTimeoutMs: 500 });
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

  it('waits longer each time, or as long as the service asks', async () => {
    const store = open({ maxRetries: 4 });
    cloud.wire.addFault({ answer: 503, times: 2 });
    cloud.wire.addFault({ answer: 429, headers: { 'retry-after': '7' } });
    cloud.wire.addFault({ answer: 408, headers: { 'retry-after': '1' } });
    expect(await store.stat(uri)).toBeUndefined();
    expect(waits).toEqual([1_000, 2_000, 7_000, 8_000]);
  });

  it('gives up after its retries, its deadline, or an abort while it waits', async () => {
    const unavailable = expect.objectContaining({ code: 'UNAVAILABLE', httpStatus: 503 });
    cloud.wire.addFault({ answer: 503, times: Number.POSITIVE_INFINITY });
    await expect(open({ maxRetries: 2, retryDelayMs: 10, maxRetryDelayMs: 15 }).stat(uri)).rejects.toThrow(unavailable);
    expect(waits).toEqual([10, 15]);
    await expect(open({ maxRetries: 9, deadlineMs: 500 }).stat(uri)).rejects.toThrow(unavailable);
    expect(waits).toEqual([]);
    const controller = new AbortController();
    const reason = new Error('stopped');
    const aborting = createObjectStore({
      gcs: { apiEndpoint: cloud.apiEndpoint },
      sleep: async (_ms, signal) => {
        controller.abort(reason);
        signal?.throwIfAborted();
      },
    });
    await expect(aborting.write(uri, 'x', { signal: controller.signal })).rejects.toBe(reason);
  });

  it('takes a request without an answer for lost', async () => {
    const store = open({ maxRetries: 1, requestTimeoutMs: 1_000 });
    cloud.wire.addFault({ answer: 'stall', afterBytes: 0 });
    expect(await store.write(uri, 'x')).toMatchObject({ sizeBytes: 1 });
    expect(cloud.wire.requests).toHaveLength(2);
  });

  it.each(['cut', 'stall'] as const)(
    'reads on where the answer was lost (%s), of the same generation',
    async (answer) => {
      const content = randomBytes(300_000);
      const { generation } = await open().write(uri, content);
      cloud.wire.reset();
      cloud.wire.addFault({ answer, afterBytes: 70_000 });
      cloud.wire.addFault({ answer: 503 });
      cloud.wire.addFault({ answer, afterBytes: 10 });
      const store = open({ maxRetries: 1, idleTimeoutMs: 1_000 });
      expect(Buffer.from(await store.read(uri)).equals(content)).toBe(true);
      expect(cloud.wire.requests).toHaveLength(4);
      const [first, ...later] = cloud.wire.requests;
      expect(first).not.toContain('generation=');
      for (const request of later) expect(request).toContain(`generation=${generation}`);
      expect(cloud.wire.headers.map(({ range }) => range)).toEqual([
        undefined,
        'bytes=70000-',
        'bytes=70000-',
        'bytes=70010-',
      ]);
    },
  );

  it('reads on within a part, and through compressed content', async () => {
    const content = Buffer.from(randomBytes(100_000).toString('hex'));
    const store = open({ maxRetries: 1, idleTimeoutMs: 1_000 });
    await store.write(uri, content);
    cloud.wire.addFault({ answer: 'cut', afterBytes: 500 });
    expect(Buffer.from(await store.read(uri, { start: 1_000, end: 1_999 }))).toEqual(content.subarray(1_000, 2_000));
    expect(cloud.wire.headers.at(-1)?.range).toBe('bytes=1500-1999');
    await store.write(uri, content, { gzip: true });
    cloud.wire.addFault({ answer: 'cut', afterBytes: 20_000 });
    expect(Buffer.from(await store.read(uri)).equals(content)).toBe(true);
  });

  it('does not go on with another generation than it began with', async () => {
    const store = open({ maxRetries: 3, idleTimeoutMs: 1_000 });
    await store.write(uri, randomBytes(300_000));
    cloud.wire.addFault({ answer: 'cut', afterBytes: 100 });
    const stream = await store.readStream(uri);
    await cloud.put('a', randomBytes(300_000));
    await expect(buffer(stream)).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', uri, operation: 'read' }),
    );
  });

  it('ends a read that is aborted, even one that waits', async () => {
    await open().write(uri, randomBytes(300_000));
    cloud.wire.addFault({ answer: 'stall', afterBytes: 100 });
    const controller = new AbortController();
    const reason = new Error('stopped');
    const stream = await open().readStream(uri, { signal: controller.signal });
    const reading = buffer(stream);
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });

  it.each([
    ['is refused', { answer: 503, match: /^PUT/ }],
    ['is lost', { answer: 'reset', match: /^PUT/ }],
    ['has no answer', { answer: 'drop', match: /^PUT/ }],
  ] as const)('goes on with a large object when a piece %s', async (_what, fault) => {
    const content = randomBytes(20 * 2 ** 20);
    const store = open({ maxRetries: 1 });
    for (const nth of [1, 2, 3]) {
      cloud.reset();
      // Lets the pieces before it through.
      let seen = 0;
      const match = { test: (line: string) => fault.match.test(line) && (seen += 1) === nth } as RegExp;
      cloud.wire.addFault({ ...fault, match });
      await store.write(uri, content, { ifGenerationMatch: '0' });
      expect(Buffer.from(await store.read(uri)).equals(content)).toBe(true);
      expect(cloud.wire.requests.filter((line) => line.startsWith('PUT')).length).toBeGreaterThan(3);
    }
  });

  it('takes an object for deleted when only the answer was lost', async () => {
    const store = open({ maxRetries: 1 });
    await store.write(uri, 'x');
    cloud.wire.addFault({ answer: 'drop', match: /^DELETE/ });
    await store.delete(uri);
    expect(cloud.names()).toEqual([]);
  });

  it('lists more than a page', async () => {
    const names = Array.from({ length: 1_005 }, (_, at) => `many/${String(at).padStart(4, '0')}`);
    await Promise.all(names.map((name) => cloud.put(name, 'x')));
    const listed: string[] = [];
    for await (const { name } of open().list('gs://ci-logs/many/')) listed.push(name);
    expect(listed).toEqual(names);
    expect(cloud.wire.requests).toHaveLength(2);
  });

  it('reads without credentials where there are none, and says how to get some where it must not', async () => {
    const names = ['GOOGLE_APPLICATION_CREDENTIALS', 'METADATA_SERVER_DETECTION', 'HOME', 'CLOUDSDK_CONFIG'] as const;
    const before = names.map((name) => process.env[name]);
    const set = (values: readonly (string | undefined)[]): void => {
      for (const [at, name] of names.entries()) {
        if (values[at] === undefined) delete process.env[name];
        else process.env[name] = values[at];
      }
    };
    await cloud.put('a', 'public');
    // Nowhere to find any, and no metadata server to ask.
    set([undefined, 'none', scratch, scratch]);
    try {
      const store = open({ authenticate: true });
      expect(await store.readText(uri)).toBe('public');
      expect(cloud.wire.headers.at(-1)).not.toHaveProperty('authorization');
      cloud.wire.addFault({ answer: 401 });
      await expect(store.write(uri, 'x')).rejects.toThrow(
        expect.objectContaining({
          code: 'DENIED',
          hint: expect.stringContaining('gcloud auth application-default login'),
        }),
      );
    } finally {
      set(before);
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
