import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import type { Listening } from '../http/listen.js';
import { serveApp } from '../http/listen.js';
import type { StorageApi } from './storage-api.js';
import { createStorageApi } from './storage-api.js';

let dir: string;
let api: StorageApi;
let server: Listening;
let storage: Storage;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seatrial-storage-test-'));
  await mkdir(join(dir, 'objects'));
  api = createStorageApi({ dir: join(dir, 'objects'), clock: systemClock, newId: randomUUID });
  server = await serveApp(api.app, { port: 0, what: 'storage' });
  storage = new Storage({ apiEndpoint: server.url, projectId: 'sandbox', retryOptions: { autoRetry: false } });
  await storage.createBucket('trial');
});

afterAll(async () => {
  await server.close();
  await api.close();
  await rm(dir, { recursive: true });
});

const file = (name: string) => storage.bucket('trial').file(name);

describe('createStorageApi, asked by @google-cloud/storage', () => {
  it.each([
    ['resumable', { resumable: true }],
    ['multipart', { resumable: false }],
  ])('keeps a %s upload with its type, metadata and hashes', async (how, options) => {
    const name = `up/${how} ü?#%.txt`;
    await file(name).save('hello wörld', { ...options, metadata: { contentType: 'text/plain', metadata: { a: 'b' } } });
    const [metadata] = await file(name).getMetadata();
    expect(metadata).toMatchObject({ name, size: '12', contentType: 'text/plain', metadata: { a: 'b' } });
    expect(metadata).toMatchObject({ metageneration: '1', bucket: 'trial' });
    expect(String((await file(name).download())[0])).toBe('hello wörld');
  });

  it('takes 9 MB in chunks and gives any range of them back', async () => {
    const bytes = randomBytes(9 * 1024 * 1024 + 7);
    await file('big').save(bytes, { chunkSize: 4 * 1024 * 1024, resumable: true });
    expect((await file('big').download())[0].equals(bytes)).toBe(true);
    const [part] = await file('big').download({ start: 5_000_000, end: 5_000_009 });
    expect(part.equals(bytes.subarray(5_000_000, 5_000_010))).toBe(true);
  });

  it('uploads a file', async () => {
    const path = join(dir, 'local.json');
    await writeFile(path, '{}');
    await storage.bucket('trial').upload(path, { destination: 'from/file.json' });
    const [metadata] = await file('from/file.json').getMetadata();
    expect(metadata.contentType).toBe('application/json');
  });

  it.each([
    ['resumable', { resumable: true }],
    ['multipart', { resumable: false }],
  ])('creates only once with ifGenerationMatch 0 (%s)', async (how, options) => {
    const once = file(`once-${how}`);
    await once.save('1', { ...options, preconditionOpts: { ifGenerationMatch: 0 } });
    const again = once.save('2', { ...options, preconditionOpts: { ifGenerationMatch: 0 } });
    await expect(again).rejects.toMatchObject(how === 'multipart' ? { code: 412 } : { status: 412 });
    expect(String((await once.download())[0])).toBe('1');
  });

  it('lists by prefix, delimiter and pages in byte order', async () => {
    for (const name of ['l/b/2', 'l/a', 'l/b/1', 'l/c', 'l/ä/1']) await file(name).save(name, { resumable: false });
    const [all] = await storage.bucket('trial').getFiles({ prefix: 'l/' });
    expect(all.map((item) => item.name)).toEqual(['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/ä/1']);
    const query = { prefix: 'l/', delimiter: '/', autoPaginate: false, maxResults: 2 };
    const [first, next, raw] = await storage.bucket('trial').getFiles(query);
    expect(first.map((item) => item.name)).toEqual(['l/a']);
    expect(raw).toMatchObject({ prefixes: ['l/b/'] });
    const [second, end, rest] = await storage.bucket('trial').getFiles(next as typeof query);
    expect(second.map((item) => item.name)).toEqual(['l/c']);
    expect(rest).toMatchObject({ prefixes: ['l/ä/'] });
    expect(end).toBeNull();
  });

  it('changes metadata and counts metagenerations', async () => {
    await file('meta').save('x', { resumable: false });
    const [after] = await file('meta').setMetadata({ cacheControl: 'no-store' }, { ifMetagenerationMatch: 1 });
    expect(after).toMatchObject({ cacheControl: 'no-store', metageneration: '2' });
    const stale = file('meta').setMetadata({ cacheControl: 'x' }, { ifMetagenerationMatch: 1 });
    await expect(stale).rejects.toMatchObject({ code: 412 });
  });

  it('copies, moves, composes and deletes', async () => {
    await file('c/1').save('one', { resumable: false, metadata: { contentType: 'text/plain' } });
    await file('c/1').copy(file('c/2'));
    await file('c/2').move('c/3');
    await storage.bucket('trial').combine(['c/1', 'c/3'], 'c/4');
    expect(String((await file('c/4').download())[0])).toBe('oneone');
    expect((await file('c/4').getMetadata())[0]).toMatchObject({ componentCount: 2 });
    expect((await file('c/2').exists())[0]).toBe(false);
    await storage.bucket('trial').deleteFiles({ prefix: 'c/' });
    expect((await storage.bucket('trial').getFiles({ prefix: 'c/' }))[0]).toEqual([]);
  });

  it('deletes only the generation that is meant', async () => {
    await file('gen').save('1', { resumable: false });
    const [{ generation }] = await file('gen').getMetadata();
    await file('gen').save('2', { resumable: false });
    const ifGenerationMatch = Number(generation);
    await expect(file('gen').delete({ ifGenerationMatch })).rejects.toMatchObject({ code: 412 });
    await file('gen').delete();
    await file('gen').delete({ ignoreNotFound: true });
    await expect(file('gen').getMetadata()).rejects.toMatchObject({ code: 404, message: 'No such object: trial/gen' });
  });

  it('says so when the bucket does not exist', async () => {
    await expect(storage.bucket('nowhere').exists()).resolves.toEqual([false]);
    const save = storage.bucket('nowhere').file('a').save('x', { resumable: false });
    await expect(save).rejects.toMatchObject({ code: 404, message: 'The specified bucket does not exist.' });
  });

  it('keeps no content of what was overwritten or deleted', async () => {
    const before = (await readdir(join(dir, 'objects'))).length;
    const large = Buffer.alloc(300_000);
    await file('gone').save(large, { resumable: false });
    expect(await readdir(join(dir, 'objects'))).toHaveLength(before + 1);
    await file('gone').save(large, { resumable: false });
    await file('gone').delete();
    await expect.poll(async () => (await readdir(join(dir, 'objects'))).length).toBe(before);
  });
});

describe('createStorageApi, asked over HTTP', () => {
  const uploads = () => `${server.url}/upload/storage/v1/b/trial/o`;
  const start = async (name: string) => {
    const reply = await fetch(`${uploads()}?uploadType=resumable&name=${name}`, { method: 'POST' });
    return reply.headers.get('location') ?? '';
  };
  const put = (url: string, range: string, body = '') =>
    fetch(url, { method: 'PUT', headers: { 'content-range': range }, body });

  it('answers without /storage/v1, under /download and by public path', async () => {
    await file('p/q r').save('text', { resumable: false });
    const paths = [
      '/b/trial/o/p%2Fq%20r?alt=media',
      '/download/storage/v1/b/trial/o/p%2Fq%20r?alt=media',
      '/trial/p/q%20r',
    ];
    for (const path of paths) expect(await (await fetch(server.url + path)).text()).toBe('text');
  });

  it('tells how far an upload got, keeps on there and skips what it has', async () => {
    const url = await start('pieces');
    expect((await put(url, 'bytes 0-3/*', 'abcd')).headers.get('range')).toBe('bytes=0-3');
    const probe = await put(url, 'bytes */*');
    expect([probe.status, probe.headers.get('range')]).toEqual([308, 'bytes=0-3']);
    expect((await put(url, 'bytes 6-7/8', 'gh')).status).toBe(400);
    const done = await put(url, 'bytes 2-7/8', 'cdefgh');
    expect([done.status, ((await done.json()) as { size: string }).size]).toEqual([200, '8']);
    expect((await put(url, 'bytes */8')).status).toBe(200);
    expect(String((await file('pieces').download())[0])).toBe('abcdefgh');
  });

  it('forgets a cancelled upload', async () => {
    const url = await start('cancelled');
    await put(url, 'bytes 0-0/*', 'a');
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(499);
    expect((await put(url, 'bytes 1-1/2', 'b')).status).toBe(499);
    expect((await file('cancelled').exists())[0]).toBe(false);
  });

  it.each([
    ['bytes=0-1', 206, 'he', 'bytes 0-1/5'],
    ['bytes=3-', 206, 'lo', 'bytes 3-4/5'],
    ['bytes=-2', 206, 'lo', 'bytes 3-4/5'],
    ['bytes=0-99', 206, 'hello', 'bytes 0-4/5'],
    ['bytes=4-2', 200, 'hello', null],
    ['lines=1-2', 200, 'hello', null],
  ])('reads the range %s', async (range, status, text, contentRange) => {
    await file('range').save('hello', { resumable: false });
    const reply = await fetch(`${server.url}/storage/v1/b/trial/o/range?alt=media`, { headers: { range } });
    expect([reply.status, await reply.text(), reply.headers.get('content-range')]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  it('refuses a range behind the end', async () => {
    await file('range').save('hello', { resumable: false });
    const headers = { range: 'bytes=5-' };
    expect((await fetch(`${server.url}/storage/v1/b/trial/o/range?alt=media`, { headers })).status).toBe(416);
  });

  it.each([
    ['a wrong hash', 'uploadType=multipart&name=x', '{"md5Hash":"AAAA"}', 'invalid'],
    ['metadata that is not JSON', 'uploadType=multipart&name=x', '{', 'parseError'],
    ['no name', 'uploadType=multipart', '{}', 'required'],
    ['a precondition that is no number', 'uploadType=multipart&name=x&ifGenerationMatch=x', '{}', 'invalid'],
  ])('refuses %s in the JSON form of Google', async (_what, query, json, reason) => {
    const body = `--b\r\ncontent-type: application/json\r\n\r\n${json}\r\n--b\r\n\r\ndata\r\n--b--`;
    const headers = { 'content-type': 'multipart/related; boundary=b' };
    const reply = await fetch(`${uploads()}?${query}`, { method: 'POST', headers, body });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toMatchObject({ error: { code: 400, errors: [{ domain: 'global', reason }] } });
  });

  it('answers 304 to a reader who has the generation already', async () => {
    await file('seen').save('x', { resumable: false });
    const [{ generation }] = await file('seen').getMetadata();
    const url = `${server.url}/storage/v1/b/trial/o/seen?ifGenerationNotMatch=${generation}`;
    expect((await fetch(url)).status).toBe(304);
  });
});
