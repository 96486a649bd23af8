import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createObjectStore } from './create-object-store.js';
import type { ObjectInfo, ObjectStore } from './object-store.js';
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
});
