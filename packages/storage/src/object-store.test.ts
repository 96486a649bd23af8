import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createObjectStore } from './create-object-store.js';
import type { FolderProgress, ObjectInfo, ObjectStore } from './object-store.js';
import { type Cloud, startCloud } from './testing/cloud.js';
import { joinUri } from './uri.js';

interface Place extends AsyncDisposable {
  readonly store: ObjectStore;
  readonly root: string;
}

let cloud: Cloud;
beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());

let scratch = '';
beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'storage-'));
});
afterEach(() => rm(scratch, { recursive: true, force: true }));

const backends: Record<string, () => Promise<Place>> = {
  'gs://': async () => {
    const store = createObjectStore({ gcs: { apiEndpoint: cloud.apiEndpoint } });
    return { store, root: 'gs://ci-logs/r', [Symbol.asyncDispose]: async () => cloud.reset() };
  },
  'file://': async () => ({
    store: createObjectStore(),
    root: `${pathToFileURL(scratch).href}/r`,
    async [Symbol.asyncDispose]() {},
  }),
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const plain = 'text/plain; charset=utf-8';

const failure = (code: string) => expect.objectContaining({ name: 'StorageError', code });

describe.each(Object.entries(backends))('an object store over %s', (scheme, open) => {
  it.each([
    ['text', 'hé\n', 'hé\n'],
    ['bytes', new Uint8Array([0x61, 0x62]), 'ab'],
    ['nothing', '', ''],
  ])('reads what was written from %s', async (_what, body, expected) => {
    await using place = await open();
    const uri = joinUri(place.root, 'a b', 'x#y.json');
    const info = await place.store.write(uri, body);
    expect(info).toMatchObject({ uri, sizeBytes: Buffer.byteLength(expected), contentType: 'application/json' });
    expect(await place.store.readText(uri)).toBe(expected);
    expect(Buffer.from(await place.store.read(uri)).toString()).toBe(expected);
    expect(await place.store.stat(uri)).toEqual(info);
    expect(await place.store.find(uri)).toEqual({ text: expected, info });
  });

  it.each([0, 1, 20 * 2 ** 20])('reads what was written from a stream of %i bytes', async (size) => {
    await using place = await open();
    const uri = joinUri(place.root, 'big.bin');
    const content = Buffer.alloc(size, 'abcdefg');
    const chunks = Array.from({ length: Math.ceil(size / 65_536) }, (_, at) =>
      content.subarray(at * 65_536, (at + 1) * 65_536),
    );
    expect(await place.store.write(uri, Readable.from(chunks, { objectMode: false }))).toMatchObject({
      sizeBytes: size,
    });
    expect(Buffer.compare(Buffer.from(await place.store.read(uri)), content)).toBe(0);
  });

  it.each([3, 9 * 2 ** 20])('writes a local file of %i bytes', async (size) => {
    await using place = await open();
    const path = join(scratch, 'local.txt');
    await writeFile(path, Buffer.alloc(size, 'x'));
    const uri = joinUri(place.root, 'copy.txt');
    expect(await place.store.writeFile(uri, path)).toMatchObject({
      sizeBytes: size,
      contentType: 'text/plain; charset=utf-8',
    });
    expect((await place.store.read(uri)).byteLength).toBe(size);
    await expect(place.store.writeFile(uri, join(scratch, 'gone'))).rejects.toThrow(failure('NOT_FOUND'));
  });

  it('reads a part as a stream', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'a');
    await place.store.write(uri, '0123456789');
    expect(await text(await place.store.readStream(uri, { start: 2, end: 4 }))).toBe('234');
    expect(await text(await place.store.readStream(uri, { start: 7 }))).toBe('789');
  });

  it('says what is not there', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'gone.json');
    expect(await place.store.stat(uri)).toBeUndefined();
    expect(await place.store.find(uri)).toBeUndefined();
    expect(await place.store.exists(uri)).toBe(false);
    expect(await all(place.store.list(place.root))).toEqual([]);
    const missing = expect.objectContaining({ code: 'NOT_FOUND', uri, operation: 'read', infrastructure: false });
    await expect(place.store.read(uri)).rejects.toThrow(missing);
    await expect(place.store.readText(uri)).rejects.toThrow(missing);
    await expect(place.store.copy(uri, joinUri(place.root, 'b'))).rejects.toThrow(failure('NOT_FOUND'));
    await expect(place.store.delete(uri)).rejects.toThrow(failure('NOT_FOUND'));
    await place.store.delete(uri, { ignoreMissing: true });
  });

  it('reads JSON, and says which object holds none', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'a.json');
    await place.store.write(uri, '{"a":[1]}');
    expect(await place.store.readJson(uri)).toEqual({ a: [1] });
    await place.store.write(uri, '{');
    await expect(place.store.readJson(uri)).rejects.toThrow(expect.objectContaining({ code: 'FAILED', uri }));
  });

  it('creates only where nothing is', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'lock');
    const attempts = ['a', 'b', 'c', 'd'].map((body) => place.store.write(uri, body, { ifGenerationMatch: '0' }));
    const ended = await Promise.allSettled(attempts);
    const lost = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(lost).toEqual([
      failure('PRECONDITION_FAILED'),
      failure('PRECONDITION_FAILED'),
      failure('PRECONDITION_FAILED'),
    ]);
    const winner = ended.findIndex(({ status }) => status === 'fulfilled');
    expect(await place.store.readText(uri)).toBe(['a', 'b', 'c', 'd'][winner]);
    const stream = Readable.from([Buffer.from('late')], { objectMode: false });
    await expect(place.store.write(uri, stream, { ifGenerationMatch: '0' })).rejects.toThrow(
      failure('PRECONDITION_FAILED'),
    );
  });

  it('writes and deletes only over the generation that was read', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'latest.json');
    const generations = new Set<string>();
    let info: ObjectInfo | undefined;
    for (const body of ['1', '2', '3', '4', '5', '6']) {
      info = await place.store.write(uri, body, { ifGenerationMatch: info?.generation ?? '0' });
      generations.add(info.generation);
    }
    expect(generations.size).toBe(6);
    expect(generations.has('0')).toBe(false);
    const [first = ''] = generations;
    await expect(place.store.write(uri, '7', { ifGenerationMatch: first })).rejects.toThrow(
      failure('PRECONDITION_FAILED'),
    );
    await expect(place.store.delete(uri, { ifGenerationMatch: first })).rejects.toThrow(failure('PRECONDITION_FAILED'));
    expect(await place.store.readText(uri)).toBe('6');
    await place.store.delete(uri, { ifGenerationMatch: info?.generation ?? '' });
    expect(await place.store.exists(uri)).toBe(false);
  });

  it('lets one of many win that read the same generation', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'counter');
    const { generation } = await place.store.write(uri, '0');
    const bodies = Array.from({ length: 8 }, (_, at) => String(at));
    const ended = await Promise.allSettled(
      bodies.map((body) => place.store.write(uri, body, { ifGenerationMatch: generation })),
    );
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('lists by the start of the URI, in order of names', async () => {
    await using place = await open();
    const names = ['a.txt', 'a/1', 'a/b/2', 'a/b/3', 'ab', 'b/4', 'a-b'];
    for (const name of names) await place.store.write(joinUri(place.root, name), name);
    const list = async (prefix: string) =>
      (await all(place.store.list(`${place.root}/${prefix}`))).map(({ uri }) => uri.slice(place.root.length + 1));
    expect(await list('')).toEqual(['a-b', 'a.txt', 'a/1', 'a/b/2', 'a/b/3', 'ab', 'b/4']);
    expect(await list('a/b')).toEqual(['a/b/2', 'a/b/3']);
    expect(await list('a/')).toEqual(['a/1', 'a/b/2', 'a/b/3']);
    expect(await list('a')).toEqual(['a-b', 'a.txt', 'a/1', 'a/b/2', 'a/b/3', 'ab']);
    expect(await list('nothing')).toEqual([]);
    const [first] = await all(place.store.list(`${place.root}/a/b/2`));
    expect(first).toEqual(await place.store.stat(joinUri(place.root, 'a/b/2')));
    const folders = await all(place.store.listFolders(place.root));
    expect(folders).toEqual([`${place.root}/a/`, `${place.root}/b/`]);
    expect(await all(place.store.listFolders(`${place.root}/a/`))).toEqual([`${place.root}/a/b/`]);
  });

  it('copies, within the store and to files', async () => {
    await using place = await open();
    const [from, to] = [joinUri(place.root, 'a.txt'), joinUri(place.root, 'deep/b')];
    await place.store.write(from, 'content');
    expect(await place.store.copy(from, to)).toMatchObject({ uri: to, sizeBytes: 7 });
    expect(await place.store.readText(to)).toBe('content');
    await expect(place.store.copy(from, to, { ifGenerationMatch: '0' })).rejects.toThrow(
      failure('PRECONDITION_FAILED'),
    );
    await place.store.copy(from, pathToFileURL(join(scratch, 'local')).href);
    expect(await readFile(join(scratch, 'local'), 'utf8')).toBe('content');
  });

  it('leaves nothing behind and the old object in place when a write is aborted', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'a');
    await place.store.write(uri, 'old');
    const controller = new AbortController();
    const reason = new Error('stopped');
    async function* endless() {
      yield Buffer.alloc(100);
      controller.abort(reason);
      yield Buffer.alloc(100);
      await new Promise(() => {});
    }
    const writing = place.store.write(uri, Readable.from(endless(), { objectMode: false }), {
      signal: controller.signal,
    });
    await expect(writing).rejects.toBe(reason);
    expect(await place.store.readText(uri)).toBe('old');
    if (scheme === 'file://') expect(await readdir(join(scratch, 'r'))).toEqual(['a']);
    await expect(place.store.write(uri, 'new', { signal: controller.signal })).rejects.toBe(reason);
  });

  it('uploads a folder without following links, and downloads it again', async () => {
    await using place = await open();
    const source = join(scratch, 'source');
    await mkdir(join(source, 'sub dir'), { recursive: true });
    for (const name of ['a.xml', 'sub dir/b#.txt', 'c', 'd', 'e']) await writeFile(join(source, name), name);
    await symlink('/etc/hostname', join(source, 'link'));
    const seen: number[] = [];
    const onProgress = ({ objects, total }: { objects: number; total: number }) => void seen.push(objects, total);
    const uploaded = await place.store.uploadFolder(source, joinUri(place.root, 'up'), { concurrency: 2, onProgress });
    expect(uploaded.map(({ uri }) => uri)).toEqual(
      ['a.xml', 'c', 'd', 'e', 'sub dir/b#.txt'].map((name) => joinUri(place.root, 'up', name)),
    );
    expect(seen).toEqual([1, 5, 2, 5, 3, 5, 4, 5, 5, 5]);
    const target = join(scratch, 'target');
    const paths = await place.store.downloadFolder(joinUri(place.root, 'up'), target);
    expect([...paths].sort()).toEqual(['a.xml', 'c', 'd', 'e', 'sub dir/b#.txt'].map((name) => join(target, name)));
    expect(await readFile(join(target, 'sub dir/b#.txt'), 'utf8')).toBe('sub dir/b#.txt');
  });

  it('does not download through a link that leads outside', async () => {
    await using place = await open();
    await place.store.write(joinUri(place.root, 'up/sub/a'), 'evil');
    await mkdir(join(scratch, 'target'));
    await mkdir(join(scratch, 'outside'));
    await symlink(join(scratch, 'outside'), join(scratch, 'target/sub'));
    const downloading = place.store.downloadFolder(joinUri(place.root, 'up'), join(scratch, 'target'));
    await expect(downloading).rejects.toThrow(failure('INVALID_NAME'));
    expect(await readdir(join(scratch, 'outside'))).toEqual([]);
  });

  it('stops a transfer that is aborted', async () => {
    await using place = await open();
    const source = join(scratch, 'source');
    await mkdir(source);
    for (const name of ['a', 'b', 'c', 'd']) await writeFile(join(source, name), name);
    const controller = new AbortController();
    const reason = new Error('stopped');
    const onProgress = () => controller.abort(reason);
    const options = { concurrency: 1, onProgress, signal: controller.signal };
    await expect(place.store.uploadFolder(source, joinUri(place.root, 'up'), options)).rejects.toBe(reason);
    expect(await all(place.store.list(joinUri(place.root, 'up/')))).toHaveLength(1);
  });

  it('rejects a folder that is not there', async () => {
    await using place = await open();
    const uploading = place.store.uploadFolder(join(scratch, 'gone'), place.root);
    await expect(uploading).rejects.toThrow(failure('NOT_FOUND'));
  });

  describe('of compressed content', () => {
    const log = 'a line of a log\n'.repeat(1_000);
    const packed = gzipSync(log);
    const chunked = (content: Buffer) =>
      Readable.from([content.subarray(0, 1), content.subarray(1, 2), content.subarray(2)], { objectMode: false });

    it.each([
      ['text', () => log],
      ['bytes', () => Buffer.from(log)],
      ['a stream', () => chunked(Buffer.from(log))],
    ])('compresses %s on its way and reads it decoded', async (_what, body) => {
      await using place = await open();
      const uri = joinUri(place.root, 'build-log.txt');
      const info = await place.store.write(uri, body(), { gzip: true });
      expect(info).toMatchObject({ contentEncoding: 'gzip', contentType: 'text/plain; charset=utf-8' });
      expect(info.sizeBytes).toBeLessThan(1_000);
      expect(await place.store.readText(uri)).toBe(log);
      expect(await place.store.find(uri)).toEqual({ text: log, info });
      const raw = Buffer.from(await place.store.read(uri, { raw: true }));
      expect(raw).toHaveLength(info.sizeBytes);
      expect(String(gunzipSync(raw))).toBe(log);
      expect(await all(place.store.list(uri))).toEqual([info]);
    });

    it.each([
      ['bytes', () => packed],
      ['a stream', () => chunked(packed)],
    ])('never compresses %s twice', async (_what, body) => {
      await using place = await open();
      const uri = joinUri(place.root, 'core.bin');
      expect(await place.store.write(uri, body(), { gzip: true })).not.toHaveProperty('contentEncoding');
      expect(Buffer.from(await place.store.read(uri))).toEqual(packed);
      expect(await place.store.write(uri, body(), { gzip: true, contentEncoding: 'gzip' })).toMatchObject({
        contentEncoding: 'gzip',
        sizeBytes: packed.length,
      });
      expect(await place.store.readText(uri)).toBe(log);
    });

    it('compresses nothing, and streams of less than a magic number', async () => {
      await using place = await open();
      for (const content of ['', 'a', 'ab']) {
        const uri = joinUri(place.root, 'short');
        const stream = Readable.from(content === '' ? [] : [Buffer.from(content)], { objectMode: false });
        expect(await place.store.write(uri, stream, { gzip: true })).toMatchObject({ contentEncoding: 'gzip' });
        expect(await place.store.readText(uri)).toBe(content);
      }
    });

    it('gives parts of the stored bytes only', async () => {
      await using place = await open();
      const uri = joinUri(place.root, 'a.txt');
      await place.store.write(uri, packed, { contentEncoding: 'gzip' });
      await expect(place.store.readStream(uri, { start: 2 })).rejects.toThrow(
        expect.objectContaining({ code: 'FAILED', uri, hint: expect.stringContaining('raw') }),
      );
      const part = await place.store.read(uri, { start: 2, end: 9, raw: true });
      expect(Buffer.from(part)).toEqual(packed.subarray(2, 10));
    });

    it('says which object is no gzip, though it is said to be', async () => {
      await using place = await open();
      const uri = joinUri(place.root, 'a.txt');
      await place.store.write(uri, 'plain', { contentEncoding: 'gzip' });
      await expect(place.store.readText(uri)).rejects.toThrow(
        expect.objectContaining({ name: 'StorageError', code: 'FAILED', uri, operation: 'read' }),
      );
      await place.store.write(uri, packed.subarray(0, packed.length - 9), { contentEncoding: 'gzip' });
      await expect(place.store.readText(uri)).rejects.toThrow(failure('FAILED'));
    });

    it('copies the stored bytes, and downloads the content', async () => {
      await using place = await open();
      const [from, to] = [joinUri(place.root, 'up/a.txt'), joinUri(place.root, 'copy.txt')];
      await place.store.write(from, packed, { contentEncoding: 'gzip', metadata: { a: 'b' } });
      const kept = { contentEncoding: 'gzip', sizeBytes: packed.length, metadata: { a: 'b' } };
      expect(await place.store.copy(from, to)).toMatchObject(kept);
      const elsewhere = pathToFileURL(join(scratch, 'else/a.txt')).href;
      expect(await place.store.copy(from, elsewhere)).toMatchObject(kept);
      expect(await place.store.copy(elsewhere, joinUri(place.root, 'back.txt'))).toMatchObject(kept);
      const given = { metadata: { c: 'd' } };
      expect(await place.store.copy(from, to, given)).toMatchObject({ ...kept, ...given, contentType: plain });
      await place.store.downloadFile(from, join(scratch, 'one.txt'));
      expect(await readFile(join(scratch, 'one.txt'), 'utf8')).toBe(log);
      await place.store.downloadFolder(joinUri(place.root, 'up'), join(scratch, 'down'));
      expect(await readdir(join(scratch, 'down'))).toEqual(['a.txt']);
      expect(await readFile(join(scratch, 'down/a.txt'), 'utf8')).toBe(log);
    });
  });

  it('keeps type, cache control and metadata until the next write', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'finished.json');
    const facts = { contentType: 'text/x-log', cacheControl: 'no-cache', metadata: { link: 'gs://b/c', 'ü K': '1' } };
    const info = await place.store.write(uri, '{}', facts);
    expect(info).toMatchObject(facts);
    expect(await place.store.stat(uri)).toEqual(info);
    expect(await all(place.store.list(joinUri(place.root, '')))).toEqual([info]);
    const { cacheControl: _gone, ...plainInfo } = await place.store.write(uri, '{}');
    expect(await place.store.stat(uri)).toEqual(plainInfo);
    expect(plainInfo).toMatchObject({ contentType: 'application/json', metadata: {} });
    await place.store.write(uri, '{}', { ...facts, ifGenerationMatch: plainInfo.generation });
    await place.store.delete(uri);
    if (scheme === 'file://') expect(await readdir(join(scratch, 'r'))).toEqual([]);
  });

  it('lists one level, objects and folders in order of names, from where it is told to', async () => {
    await using place = await open();
    const names = ['a.txt', 'a/1', 'a/b/2', 'ab', 'b/4', 'a-b', 'c'];
    for (const name of names) await place.store.write(joinUri(place.root, name), name);
    const level = async (prefix: string, startAt?: string) => {
      const options = startAt === undefined ? {} : { startAt: `${place.root}/${startAt}` };
      const entries = await all(place.store.listLevel(`${place.root}/${prefix}`, options));
      return entries.map(({ uri }) => uri.slice(place.root.length + 1));
    };
    expect(await level('')).toEqual(['a-b', 'a.txt', 'a/', 'ab', 'b/', 'c']);
    expect(await level('a')).toEqual(['a-b', 'a.txt', 'a/', 'ab']);
    expect(await level('a/')).toEqual(['a/1', 'a/b/']);
    expect(await level('', 'a/0')).toEqual(['a/', 'ab', 'b/', 'c']);
    expect(await level('', 'ab')).toEqual(['ab', 'b/', 'c']);
    const startAt = `${place.root}/a/b`;
    const below = (await all(place.store.list(`${place.root}/`, { startAt }))).map(({ uri }) => uri);
    expect(below).toEqual(['a/b/2', 'ab', 'b/4', 'c'].map((name) => joinUri(place.root, name)));
    expect(await all(place.store.listFolders(place.root, { startAt: `${place.root}/b` }))).toEqual([
      `${place.root}/b/`,
    ]);
    const [entry] = await all(place.store.listLevel(`${place.root}/a-b`));
    expect(entry).toMatchObject({ kind: 'object', info: await place.store.stat(joinUri(place.root, 'a-b')) });
    const other = scheme === 'gs://' ? 'gs://other-bucket/a' : 'gs://ci-logs/a';
    await expect(all(place.store.list(place.root, { startAt: other }))).rejects.toThrow(failure('INVALID_URI'));
  });

  it('says where it failed', async () => {
    await using place = await open();
    const uri = joinUri(place.root, 'gone');
    const where = scheme === 'gs://' ? { bucket: 'ci-logs', object: 'r/gone' } : { path: join(scratch, 'r/gone') };
    await expect(place.store.read(uri)).rejects.toMatchObject({ uri, operation: 'read', ...where });
    await expect(place.store.delete(uri)).rejects.toMatchObject({ uri, operation: 'delete', ...where });
  });

  describe('uploads a folder', () => {
    const log = 'a line of a log\n'.repeat(100);
    const fill = async (files: Readonly<Record<string, string | Buffer>>) => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(join(scratch, 'source', name, '..'), { recursive: true });
        await writeFile(join(scratch, 'source', name), content);
      }
      return join(scratch, 'source');
    };

    it('as what it is told that each file is', async () => {
      await using place = await open();
      const source = await fill({ 'a#.txt': 'x', 'b/log.txt.gz': gzipSync(log), 'b/skip.me': 'y', c: 'z' });
      const asked: string[] = [];
      const uploaded = await place.store.uploadFolder(source, place.root, {
        async describe({ name, path, sizeBytes, readHead }) {
          asked.push(name);
          expect(path).toBe(join(source, name));
          expect((await readHead()).length).toBe(sizeBytes);
          expect(await readHead(1)).toHaveLength(1);
          if (name.endsWith('.me')) return undefined;
          if (!name.endsWith('.gz')) return { name: name.replace('#', '%23'), metadata: { from: name } };
          return {
            name: name.slice(0, -3),
            contentType: 'text/x-log',
            contentEncoding: 'gzip',
            cacheControl: 'private',
          };
        },
      });
      expect(asked).toEqual(['a#.txt', 'b/log.txt.gz', 'b/skip.me', 'c']);
      expect(uploaded.map(({ uri }) => uri)).toEqual(
        ['a%23.txt', 'b/log.txt', 'c'].map((name) => joinUri(place.root, name)),
      );
      expect(uploaded[0]).toMatchObject({ contentType: plain, metadata: { from: 'a#.txt' } });
      expect(uploaded[1]).toMatchObject({
        contentType: 'text/x-log',
        contentEncoding: 'gzip',
        cacheControl: 'private',
      });
      expect(await place.store.readText(joinUri(place.root, 'b/log.txt'))).toBe(log);
    });

    it('compresses what it is told to, if that is worth it and not done', async () => {
      await using place = await open();
      const files = { 'large.txt': 'x'.repeat(1025), 'small.txt': 'x'.repeat(1024), 'other.xml': log, noext: log };
      const source = await fill({ ...files, 'packed.txt': gzipSync(randomBytes(2_000)), 'told.txt': log });
      const encodings = async (compress: readonly string[]) => {
        const uploaded = await place.store.uploadFolder(source, place.root, {
          compress,
          describe: ({ name }) => (name === 'told.txt' ? { gzip: false } : {}),
        });
        return uploaded
          .filter(({ contentEncoding }) => contentEncoding === 'gzip')
          .map(({ uri, contentType }) => [uri.slice(place.root.length + 1), contentType]);
      };
      expect(await encodings([])).toEqual([]);
      expect(await encodings(['txt'])).toEqual([['large.txt', plain]]);
      const every = [
        ['large.txt', plain],
        ['noext', plain],
        ['other.xml', expect.stringContaining('xml')],
      ];
      expect(await encodings(['*'])).toEqual(every);
      expect(await place.store.readText(joinUri(place.root, 'other.xml'))).toBe(log);
    });

    it('tells of progress in objects and bytes', async () => {
      await using place = await open();
      const source = await fill({ a: 'x', b: 'xx', c: 'xxx', skip: 'xxxx' });
      const seen: FolderProgress[] = [];
      await place.store.uploadFolder(source, place.root, {
        filter: ({ name }) => name !== 'skip',
        onProgress: (done) => void seen.push(done),
      });
      expect(seen.map(({ objects, total, totalBytes }) => [objects, total, totalBytes])).toEqual([
        [1, 3, 6],
        [2, 3, 6],
        [3, 3, 6],
      ]);
      expect(seen.at(-1)?.sizeBytes).toBe(6);
    });

    it('refuses two files of one name before it sends any', async () => {
      await using place = await open();
      const source = await fill({ a: 'x', b: 'y' });
      const uploading = place.store.uploadFolder(source, place.root, { describe: () => ({ name: 'same' }) });
      await expect(uploading).rejects.toThrow(
        expect.objectContaining({ code: 'INVALID_NAME', uri: joinUri(place.root, 'same') }),
      );
      expect(await all(place.store.list(place.root))).toEqual([]);
    });

    it('creates only', async () => {
      await using place = await open();
      const source = await fill({ a: 'new', b: 'new' });
      await place.store.write(joinUri(place.root, 'a'), 'old');
      const uploading = place.store.uploadFolder(source, place.root, { createOnly: true });
      await expect(uploading).rejects.toThrow(failure('PRECONDITION_FAILED'));
      expect(await place.store.readText(joinUri(place.root, 'a'))).toBe('old');
      expect(await place.store.readText(joinUri(place.root, 'b'))).toBe('new');
    });

    it('with the facts a store keeps beside its files', async () => {
      await using place = await open();
      const local = pathToFileURL(join(scratch, 'source')).href;
      const facts = { contentEncoding: 'gzip', contentType: 'text/x-log', metadata: { a: 'b' } };
      await place.store.write(`${local}/log`, gzipSync(log), facts);
      expect(await place.store.uploadFolder(join(scratch, 'source'), place.root)).toMatchObject([facts]);
      expect(await place.store.readText(joinUri(place.root, 'log'))).toBe(log);
    });
  });
});
