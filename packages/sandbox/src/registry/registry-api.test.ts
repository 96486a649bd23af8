import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../http/listen.js';
import { serveApp } from '../http/listen.js';
import { createBlobStore, digestOf } from './blob-store.js';
import { mediaTypes } from './manifest.js';
import type { Registry } from './registry-api.js';
import { createRegistry } from './registry-api.js';

let dir: string;
let registry: Registry;
let server: Listening;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seatrial-registry-test-'));
  registry = createRegistry(await createBlobStore(dir));
  server = await serveApp(registry.app, { port: 0, what: 'registry' });
});

afterAll(async () => {
  await server.close();
  await registry.close();
  await rm(dir, { recursive: true });
});

const ask = (path: string, init?: RequestInit) => fetch(new URL(path, server.url), init);

async function pushBlob(repository: string, text: string): Promise<string> {
  const digest = digestOf(text);
  const reply = await ask(`/v2/${repository}/blobs/uploads/?digest=${digest}`, { method: 'POST', body: text });
  expect(reply.status).toBe(201);
  return digest;
}

async function pushImage(repository: string, reference: string, more: Record<string, unknown> = {}): Promise<string> {
  const config = await pushBlob(repository, `{"of":"${reference}"}`);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: config, size: 1 },
    layers: [],
    ...more,
  });
  const headers = { 'content-type': mediaTypes.ociManifest };
  const reply = await ask(`/v2/${repository}/manifests/${reference}`, { method: 'PUT', headers, body: manifest });
  expect(reply.status).toBe(201);
  return digestOf(manifest);
}

async function codeOf(reply: Response): Promise<string> {
  const { errors } = (await reply.json()) as { errors: { code: string }[] };
  return errors[0]?.code ?? '';
}

describe(createRegistry, () => {
  it('says which API it speaks', async () => {
    const reply = await ask('/v2/');
    expect([reply.status, reply.headers.get('docker-distribution-api-version')]).toEqual([200, 'registry/2.0']);
  });

  it('takes a blob in pieces and refuses a gap', async () => {
    const started = await ask('/v2/a/b/blobs/uploads/', { method: 'POST' });
    const location = started.headers.get('location') ?? '';
    const patch = (range: string, body: string) => {
      return ask(location, { method: 'PATCH', headers: { 'content-range': range }, body });
    };
    expect((await patch('0-2', 'abc')).headers.get('range')).toBe('0-2');
    expect((await patch('5-6', 'xx')).status).toBe(416);
    expect((await patch('3-4', 'de')).headers.get('range')).toBe('0-4');
    const done = await ask(`${location}?digest=${digestOf('abcdef')}`, { method: 'PUT', body: 'f' });
    expect([done.status, done.headers.get('docker-content-digest')]).toEqual([201, digestOf('abcdef')]);
    const blob = await ask(done.headers.get('location') ?? '');
    expect(await blob.text()).toBe('abcdef');
    const part = await ask(done.headers.get('location') ?? '', { headers: { range: 'bytes=1-2' } });
    expect([part.status, await part.text()]).toEqual([206, 'bc']);
  });

  it('keeps nothing whose digest is another', async () => {
    const reply = await ask(`/v2/a/blobs/uploads/?digest=${digestOf('x')}`, { method: 'POST', body: 'y' });
    expect([reply.status, await codeOf(reply)]).toEqual([400, 'DIGEST_INVALID']);
    expect((await ask(`/v2/a/blobs/${digestOf('x')}`, { method: 'HEAD' })).status).toBe(404);
  });

  it('mounts a blob of another repository and hides it from all else', async () => {
    const digest = await pushBlob('from', 'mounted');
    expect((await ask(`/v2/other/blobs/${digest}`, { method: 'HEAD' })).status).toBe(404);
    const mount = await ask(`/v2/other/blobs/uploads/?mount=${digest}&from=from`, { method: 'POST' });
    expect(mount.status).toBe(201);
    expect((await ask(`/v2/other/blobs/${digest}`, { method: 'HEAD' })).status).toBe(200);
    const miss = await ask(`/v2/third/blobs/uploads/?mount=${digestOf('no')}&from=from`, { method: 'POST' });
    expect(miss.status).toBe(202);
  });

  it('gives a manifest by tag and by digest, byte for byte', async () => {
    const digest = await pushImage('img', 'v1');
    for (const reference of ['v1', digest]) {
      const reply = await ask(`/v2/img/manifests/${reference}`);
      expect(reply.headers.get('content-type')).toBe(mediaTypes.ociManifest);
      expect(digestOf(Buffer.from(await reply.arrayBuffer()))).toBe(digest);
    }
  });

  it('takes an index of manifests it has', async () => {
    const digest = await pushImage('multi', 'arm');
    const put = (pointed: string) => {
      const manifests = [{ mediaType: mediaTypes.ociManifest, digest: pointed, size: 1 }];
      const body = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
      const headers = { 'content-type': mediaTypes.ociIndex };
      return ask('/v2/multi/manifests/latest', { method: 'PUT', headers, body });
    };
    expect((await put(digest)).status).toBe(201);
    expect(await codeOf(await put(digestOf('unknown')))).toBe('MANIFEST_BLOB_UNKNOWN');
  });

  it('lists tags in pages', async () => {
    for (const tag of ['c', 'a', 'b']) await pushImage('tagged', tag);
    const first = await ask('/v2/tagged/tags/list?n=2');
    expect(await first.json()).toEqual({ name: 'tagged', tags: ['a', 'b'] });
    expect(first.headers.get('link')).toBe('</v2/tagged/tags/list?n=2&last=b>; rel="next"');
    expect(await (await ask('/v2/tagged/tags/list?n=2&last=b')).json()).toEqual({ name: 'tagged', tags: ['c'] });
  });

  it('lists referrers by artifact type', async () => {
    const digest = await pushImage('signed', 'v1');
    const subject = { mediaType: mediaTypes.ociManifest, digest, size: 1 };
    const signature = await pushImage('signed', 'sig', { subject, artifactType: 'application/sig' });
    await pushImage('signed', 'sbom', { subject, artifactType: 'application/sbom' });
    const reply = await ask(`/v2/signed/referrers/${digest}?artifactType=application/sig`);
    expect(await reply.json()).toMatchObject({ manifests: [{ digest: signature, artifactType: 'application/sig' }] });
    expect(reply.headers.get('oci-filters-applied')).toBe('artifactType');
  });

  it('deletes a manifest with its tags', async () => {
    const digest = await pushImage('old', 'v1');
    expect((await ask(`/v2/old/manifests/${digest}`, { method: 'DELETE' })).status).toBe(202);
    expect(await codeOf(await ask('/v2/old/manifests/v1'))).toBe('MANIFEST_UNKNOWN');
  });

  it.each([
    ['a name in upper case', 'GET', '/v2/Up/tags/list', undefined, 400, 'NAME_INVALID'],
    ['an unknown repository', 'GET', '/v2/none/tags/list', undefined, 404, 'NAME_UNKNOWN'],
    ['an unknown upload', 'PATCH', '/v2/a/blobs/uploads/none', 'x', 404, 'BLOB_UPLOAD_UNKNOWN'],
    ['a manifest that is not JSON', 'PUT', '/v2/a/manifests/v1', 'x', 400, 'MANIFEST_INVALID'],
    ['a manifest under another digest', 'PUT', `/v2/a/manifests/${digestOf('x')}`, '{}', 400, 'DIGEST_INVALID'],
    ['a bad tag', 'GET', '/v2/a/manifests/-x', undefined, 400, 'TAG_INVALID'],
  ])('refuses %s', async (_what, method, path, body, status, code) => {
    const reply = await ask(path, { method, body });
    expect([reply.status, await codeOf(reply)]).toEqual([status, code]);
  });
});
