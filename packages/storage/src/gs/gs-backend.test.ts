import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createObjectStore, storeOptionsFromEnv } from '../create-object-store.js';
import { startFakeGcs } from '../testing/fake-gcs.js';

let scratch = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'storage-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

async function open(maxRetries = 0, idleTimeoutMs = 60_000) {
  const server = await startFakeGcs(['ci-logs']);
  const store = createObjectStore({ gcs: { apiEndpoint: server.apiEndpoint, maxRetries, idleTimeoutMs } });
  return { server, store, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const uri = 'gs://ci-logs/a';

describe('Cloud Storage', () => {
  it('keeps content type, cache control and metadata, also in a copy', async () => {
    await using place = await open();
    const metadata = { link: 'gs://ci-logs/b' };
    const options = { contentType: 'text/plain', cacheControl: 'no-cache', metadata };
    expect(await place.store.write(uri, 'x', options)).toMatchObject({ contentType: 'text/plain', metadata });
    expect(place.server.objects.get('ci-logs/a')?.fields).toMatchObject({ cacheControl: 'no-cache' });
    expect(await place.store.copy(uri, `${uri}2`)).toMatchObject({ contentType: 'text/plain', metadata });
  });

  it('sends a small object in one request', async () => {
    await using place = await open();
    await place.store.write(uri, 'x');
    expect(place.server.requests).toEqual(['POST /upload/storage/v1/b/ci-logs/o?uploadType=multipart&name=a']);
  });

  it('sends a large object in pieces', async () => {
    await using place = await open();
    await place.store.write(uri, Buffer.alloc(20 * 2 ** 20));
    expect(place.server.requests.map((line) => line.slice(0, 4))).toEqual(['POST', 'PUT ', 'PUT ', 'PUT ']);
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
    await using place = await open();
    const { store, server } = place;
    server.put('ci-logs/a', 'x');
    server.addFault({ answer, times: Number.POSITIVE_INFINITY, match: /./ });
    const large = Buffer.alloc(9 * 2 ** 20);
    const calls: [string, () => Promise<unknown>][] = [
      ['read', () => store.read(uri)],
      ['write', () => store.write(uri, 'x')],
      ['write', () => store.write(uri, large)],
      ['list', async () => (await store.list(uri)[Symbol.asyncIterator]().next()).value],
      ['list', async () => (await store.listFolders(uri)[Symbol.asyncIterator]().next()).value],
      ['delete', () => store.delete(uri)],
      ['copy', () => store.copy(uri, `${uri}2`)],
    ];
    for (const [operation, call] of calls) {
      await expect(call(), operation).rejects.toThrow(
        expect.objectContaining({ name: 'StorageError', code, infrastructure, operation, uri, httpStatus: answer }),
      );
    }
    const [last] = server.requests.slice(-1);
    expect(last).toContain('rewriteTo');
  });

  it('gives up on pieces of a large object that are refused', async () => {
    await using place = await open();
    place.server.addFault({ answer: 503, times: Number.POSITIVE_INFINITY, match: /^PUT/ });
    const writing = place.store.write(uri, Buffer.alloc(9 * 2 ** 20));
    await expect(writing).rejects.toThrow(expect.objectContaining({ code: 'UNAVAILABLE', operation: 'write' }));
    expect(place.server.objects.size).toBe(0);
  });

  it('says that nobody answers', async () => {
    const place = await open();
    await place[Symbol.asyncDispose]();
    await expect(place.store.read(uri)).rejects.toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', infrastructure: true }),
    );
    await expect(place.store.write(uri, 'x')).rejects.toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('tells of a connection that is lost in the middle of an object', async () => {
    await using place = await open(0, 20);
    place.server.put('ci-logs/a', 'x'.repeat(100));
    place.server.addFault({ answer: 'cut', times: 2, match: /alt=media/ });
    const lost = expect.objectContaining({ name: 'StorageError', code: 'UNAVAILABLE', operation: 'read', uri });
    await expect(place.store.read(uri)).rejects.toThrow(lost);
    await expect(place.store.copy(uri, pathToFileURL(join(scratch, 'a')).href)).rejects.toThrow(lost);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('repeats what met an overload or a lost connection, and goes on doing so', async () => {
    await using place = await open(2);
    const { store, server } = place;
    server.addFault({ answer: 503, times: 1, match: /^POST/ });
    await store.write(uri, 'x');
    server.addFault({ answer: 'reset', times: 1, match: /^GET/ });
    expect(await store.stat(uri)).toMatchObject({ sizeBytes: 1 });
    expect(server.requests).toHaveLength(4);
  });

  it('never repeats what met a failed precondition', async () => {
    await using place = await open(3);
    const { store, server } = place;
    server.put('ci-logs/a', 'x');
    await expect(store.write(uri, 'y', { ifGenerationMatch: '0' })).rejects.toThrow(
      expect.objectContaining({ code: 'PRECONDITION_FAILED', httpStatus: 412 }),
    );
    expect(server.requests).toHaveLength(1);
  });

  it('rejects a bucket that is not there, where it could not tell it from an empty one', async () => {
    await using place = await open();
    const listing = place.store.list('gs://no-such-bucket/')[Symbol.asyncIterator]().next();
    await expect(listing).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND', httpStatus: 404 }));
  });

  it('uploads the other files of a folder when some fail, and tells of each', async () => {
    await using place = await open();
    await mkdir(join(scratch, 'up'));
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(scratch, 'up', name), name);
    place.server.addFault({ answer: 403, times: 2, match: /name=up%2F[bc]/ });
    const failure: unknown = await place.store
      .uploadFolder(join(scratch, 'up'), 'gs://ci-logs/up')
      .catch((error) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({
      code: 'DENIED',
      infrastructure: true,
      message: expect.stringContaining('2 of 4 objects failed, first: cannot write gs://ci-logs/up/b'),
      errors: [{ uri: 'gs://ci-logs/up/b' }, { uri: 'gs://ci-logs/up/c' }],
    });
    expect([...place.server.objects.keys()].sort()).toEqual(['ci-logs/up/a', 'ci-logs/up/d']);
  });

  it.each(['up/../../evil', 'up/..', 'up//evil', 'up/./evil', 'up/a/../b', 'up//etc/passwd'])(
    'downloads nothing when an object is called %s',
    async (name) => {
      await using place = await open();
      place.server.put('ci-logs/up/good', 'x');
      place.server.put(`ci-logs/${name}`, 'evil');
      const target = join(scratch, 'deep', 'target');
      await expect(place.store.downloadFolder('gs://ci-logs/up', target)).rejects.toThrow(
        expect.objectContaining({ code: 'INVALID_NAME', uri: `gs://ci-logs/${name}` }),
      );
      expect(await readdir(scratch)).toEqual([]);
    },
  );

  it('goes to the endpoint it was given, whatever the process environment says', async () => {
    await using place = await open();
    const before = process.env['STORAGE_EMULATOR_HOST'];
    process.env['STORAGE_EMULATOR_HOST'] = 'http://127.0.0.1:9';
    try {
      expect(await place.store.stat(uri)).toBeUndefined();
      await place.store.write(uri, 'x');
      expect(await place.store.readText(uri)).toBe('x');
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
