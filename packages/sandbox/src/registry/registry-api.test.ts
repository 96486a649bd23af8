/**
 * The rules of the OCI distribution specification 1.1, each by its endpoint there, against the registry over HTTP.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md
 */
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
  dir = await mkdtemp(join(tmpdir(), 'seatrial-registry-conformance-'));
  registry = createRegistry(await createBlobStore(dir));
  server = await serveApp(registry.app, { port: 0, what: 'registry' });
});

afterAll(async () => {
  await server.close();
  await registry.close();
  await rm(dir, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
  header(name: string): string;
  /** Codes of the errors in the body. */
  codes(): readonly string[];
}

async function call(line: string, options: { readonly body?: string; readonly headers?: object } = {}) {
  const [method = '', path = ''] = line.split(' ');
  const { body, headers = {} } = options;
  const reply = await fetch(new URL(path, server.url), { method, body, headers: { ...headers } });
  const text = await reply.text();
  return {
    status: reply.status,
    text,
    header: (name) => reply.headers.get(name) ?? '',
    codes: () => (JSON.parse(text) as { errors: { code: string }[] }).errors.map(({ code }) => code),
  } satisfies Answer;
}

const absent = digestOf('nobody pushed this');

async function pushBlob(name: string, text: string): Promise<string> {
  const digest = digestOf(text);
  const reply = await call(`POST /v2/${name}/blobs/uploads/?digest=${digest}`, { body: text });
  expect(reply.status).toBe(201);
  return digest;
}

async function imageOf(name: string, more: object = {}): Promise<string> {
  const config = await pushBlob(name, '{}');
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes.ociManifest,
    config: { mediaType: 'application/vnd.example.config', digest: config, size: 2 },
    layers: [],
    ...more,
  });
}

const putManifest = (name: string, reference: string, body: string, type: string = mediaTypes.ociManifest) =>
  call(`PUT /v2/${name}/manifests/${reference}`, { body, headers: { 'content-type': type } });

async function pushImage(name: string, reference: string, more: object = {}): Promise<string> {
  const body = await imageOf(name, more);
  expect((await putManifest(name, reference, body)).status).toBe(201);
  return digestOf(body);
}

async function startUpload(name: string): Promise<string> {
  const started = await call(`POST /v2/${name}/blobs/uploads/`);
  expect(started.status).toBe(202);
  return started.header('location');
}

const patch = (location: string, body: string, range?: string) =>
  call(`PATCH ${location}`, { body, headers: range === undefined ? {} : { 'content-range': range } });

describe('end-1: determining support', () => {
  it('answers 200', async () => {
    const { status, header } = await call('GET /v2/');
    expect([status, header('docker-distribution-api-version')]).toEqual([200, 'registry/2.0']);
  });
});

describe('end-2: pulling blobs', () => {
  it('GET of a blob gives its bytes, and their digest in Docker-Content-Digest', async () => {
    const digest = await pushBlob('pull', 'a blob');
    const { status, text, header } = await call(`GET /v2/pull/blobs/${digest}`);
    expect([status, text, header('docker-content-digest')]).toEqual([200, 'a blob', digest]);
  });

  it('HEAD of a blob gives its size and digest without a body', async () => {
    const digest = await pushBlob('pull', 'a blob');
    const { status, text, header } = await call(`HEAD /v2/pull/blobs/${digest}`);
    expect([status, text, header('content-length'), header('docker-content-digest')]).toEqual([200, '', '6', digest]);
  });

  it('answers 404 where the blob is not in the repository', async () => {
    const digest = await pushBlob('pull', 'of another repository');
    expect((await call(`HEAD /v2/pull/blobs/${absent}`)).status).toBe(404);
    const { status, codes } = await call(`GET /v2/elsewhere/blobs/${digest}`);
    expect([status, codes()]).toEqual([404, ['BLOB_UNKNOWN']]);
  });

  it('knows no blob by a digest of an algorithm it does not store', async () => {
    expect((await call(`GET /v2/pull/blobs/sha512:${'a'.repeat(128)}`)).status).toBe(404);
  });

  it('refuses what is no digest', async () => {
    const { status, codes } = await call('GET /v2/pull/blobs/sha256');
    expect([status, codes()]).toEqual([400, ['DIGEST_INVALID']]);
  });

  it('supports Range requests, so that clients resume', async () => {
    const digest = await pushBlob('pull', '0123456789');
    const get = (range: string) => call(`GET /v2/pull/blobs/${digest}`, { headers: { range } });
    const rest = await get('bytes=7-');
    expect([rest.status, rest.text, rest.header('content-range')]).toEqual([206, '789', 'bytes 7-9/10']);
    expect((await get('bytes=10-')).status).toBe(416);
  });

  it('gives an empty blob', async () => {
    const digest = await pushBlob('pull', '');
    const { status, text, header } = await call(`GET /v2/pull/blobs/${digest}`);
    expect([status, text, header('content-length')]).toEqual([200, '', '0']);
  });
});

describe('end-3: pulling manifests', () => {
  it('GET by tag and by digest gives the bytes as they were pushed, with their type and digest', async () => {
    const body = `${await imageOf('pull')}\n  `;
    expect((await putManifest('pull', 'spaced', body)).status).toBe(201);
    for (const reference of ['spaced', digestOf(body)]) {
      const { status, text, header } = await call(`GET /v2/pull/manifests/${reference}`);
      expect([status, text]).toEqual([200, body]);
      expect([header('content-type'), header('docker-content-digest')]).toEqual([
        mediaTypes.ociManifest,
        digestOf(body),
      ]);
    }
  });

  it('HEAD gives size and digest without a body', async () => {
    const digest = await pushImage('pull', 'v1');
    const { text } = await call('GET /v2/pull/manifests/v1');
    const head = await call('HEAD /v2/pull/manifests/v1');
    expect([head.status, head.text]).toEqual([200, '']);
    expect([head.header('content-length'), head.header('docker-content-digest')]).toEqual([
      String(text.length),
      digest,
    ]);
  });

  it.each(['none', absent, '.NO_TAG_IS_LIKE_THIS', `sha512:${'a'.repeat(128)}`])('answers 404 to %s', async (ref) => {
    await pushImage('pull', 'v1');
    expect((await call(`HEAD /v2/pull/manifests/${ref}`)).status).toBe(404);
    const { status, codes } = await call(`GET /v2/pull/manifests/${ref}`);
    expect([status, codes()]).toEqual([404, ['MANIFEST_UNKNOWN']]);
  });

  it('answers 404 where there is no such repository', async () => {
    expect((await call('GET /v2/not/here/manifests/v1')).status).toBe(404);
  });
});

describe('end-4a, end-6: pushing a blob by POST then PUT', () => {
  it('gives a place with an id of its own to each upload, and a pullable URL at the end', async () => {
    const [location, other] = [await startUpload('push'), await startUpload('push')];
    expect(location).toMatch(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/);
    expect(location).not.toBe(other);
    const digest = digestOf('whole');
    const put = await call(`PUT ${location}?digest=${digest}`, { body: 'whole' });
    expect([put.status, put.header('docker-content-digest')]).toEqual([201, digest]);
    expect((await call(`GET ${put.header('location')}`)).text).toBe('whole');
  });

  it.each([
    ['another digest', `?digest=${absent}`],
    ['what is no digest', '?digest=sha256:x'],
    ['a digest of another algorithm', `?digest=sha512:${'a'.repeat(128)}`],
    ['no digest', ''],
  ])('answers 400 to %s', async (_what, query) => {
    const { status, codes } = await call(`PUT ${await startUpload('push')}${query}`, { body: 'content' });
    expect([status, codes()]).toEqual([400, ['DIGEST_INVALID']]);
  });

  it('keeps nothing of content with another digest', async () => {
    await call(`PUT ${await startUpload('push')}?digest=${absent}`, { body: 'content' });
    for (const digest of [absent, digestOf('content')]) {
      expect((await call(`HEAD /v2/push/blobs/${digest}`)).status).toBe(404);
    }
  });
});

describe('end-4b: pushing a blob by a single POST', () => {
  it('answers 201 with a pullable URL', async () => {
    const post = await call(`POST /v2/push/blobs/uploads/?digest=${digestOf('at once')}`, { body: 'at once' });
    expect(post.status).toBe(201);
    expect((await call(`GET ${post.header('location')}`)).text).toBe('at once');
  });

  it('answers 400 to another digest', async () => {
    const { status, codes } = await call(`POST /v2/push/blobs/uploads/?digest=${absent}`, { body: 'at once' });
    expect([status, codes()]).toEqual([400, ['DIGEST_INVALID']]);
  });
});

describe('end-5, end-6, end-13: pushing a blob in chunks', () => {
  it('takes chunks in order and tells after each how far it is', async () => {
    const first = await patch(await startUpload('push'), 'abc', '0-2');
    expect([first.status, first.header('range')]).toEqual([202, '0-2']);
    const second = await patch(first.header('location'), 'de', '3-4');
    expect([second.status, second.header('range')]).toEqual([202, '0-4']);
    const put = await call(`PUT ${second.header('location')}?digest=${digestOf('abcde')}`);
    expect(put.status).toBe(201);
    expect((await call(`GET ${put.header('location')}`)).text).toBe('abcde');
  });

  it('takes the last chunk with the closing PUT', async () => {
    const location = (await patch(await startUpload('push'), 'abc', '0-2')).header('location');
    const headers = { 'content-range': '3-4' };
    const put = await call(`PUT ${location}?digest=${digestOf('abcde')}`, { body: 'de', headers });
    expect(put.status).toBe(201);
  });

  it.each([
    ['a first chunk that does not begin at 0', [], '3-4'],
    ['a chunk behind a gap', ['0-2'], '5-6'],
    ['a chunk it has already', ['0-2'], '0-1'],
    ['a range that is none', ['0-2'], 'three to four'],
    ['a range in the form of other headers', ['0-2'], 'bytes 3-4/5'],
    ['a range that ends before it begins', ['0-2'], '3-2'],
  ])('answers 416 to %s, after which the upload goes on', async (_what, before, range) => {
    const location = await startUpload('push');
    for (const earlier of before) await patch(location, 'abc', earlier);
    const refused = await patch(location, 'xx', range);
    const put = await call(`PUT ${location}?digest=${absent}`, { body: 'xx', headers: { 'content-range': range } });
    expect([refused.status, put.status]).toEqual([416, 416]);
    const end = before.length === 0 ? '0-0' : '0-2';
    expect([refused.header('range'), refused.header('location')]).toEqual([end, location]);

    const status = await call(`GET ${location}`);
    expect([status.status, status.header('range'), status.header('location')]).toEqual([204, end, location]);
    const next = before.length === 0 ? ['abc', '0-2'] : ['de', '3-4'];
    expect((await patch(location, next[0] ?? '', next[1])).status).toBe(202);
  });

  it('answers 400 to a chunk that is longer or shorter than its range, and keeps nothing of it', async () => {
    const location = await startUpload('push');
    const { status, codes } = await patch(location, 'abcd', '0-2');
    expect([status, codes()]).toEqual([400, ['SIZE_INVALID']]);
    expect((await patch(location, 'abc', '0-2')).header('range')).toBe('0-2');
  });

  it('takes a stream without a range, as Docker sends it', async () => {
    const location = (await patch(await startUpload('push'), 'streamed')).header('location');
    expect((await call(`PUT ${location}?digest=${digestOf('streamed')}`)).status).toBe(201);
  });

  it.each(['GET', 'PATCH', 'PUT', 'DELETE'])('answers 404 to %s of an upload there is not', async (method) => {
    const location = await startUpload('push');
    for (const place of [`/v2/push/blobs/uploads/none`, location.replace('/push/', '/other/')]) {
      const { status, codes } = await call(`${method} ${place}?digest=${absent}`);
      expect([status, codes()]).toEqual([404, ['BLOB_UPLOAD_UNKNOWN']]);
    }
  });
});

describe('end-14: cancelling an upload', () => {
  it('answers 204, and the upload is gone', async () => {
    const location = (await patch(await startUpload('push'), 'abc')).header('location');
    expect((await call(`DELETE ${location}`)).status).toBe(204);
    expect((await call(`GET ${location}`)).status).toBe(404);
  });
});

describe('end-7: pushing manifests', () => {
  it('answers 201 with a pullable URL and the digest, by tag and by digest', async () => {
    const body = await imageOf('manifests');
    for (const reference of ['v1', digestOf(body)]) {
      const put = await putManifest('manifests', reference, body);
      expect([put.status, put.header('docker-content-digest')]).toEqual([201, digestOf(body)]);
      expect((await call(`GET ${put.header('location')}`)).text).toBe(body);
    }
  });

  it('moves a tag that is there to the new manifest, and keeps the old one', async () => {
    const old = await pushImage('manifests', 'moving');
    const now = await pushImage('manifests', 'moving', { annotations: { now: 'yes' } });
    expect((await call('HEAD /v2/manifests/manifests/moving')).header('docker-content-digest')).toBe(now);
    expect((await call(`HEAD /v2/manifests/manifests/${old}`)).status).toBe(200);
  });

  it('takes no heed of parameters behind the type', async () => {
    const body = await imageOf('manifests', { annotations: { of: 'parameters' } });
    await putManifest('manifests', 'typed', body, `${mediaTypes.ociManifest}; charset=utf-8`);
    expect((await call('GET /v2/manifests/manifests/typed')).header('content-type')).toBe(mediaTypes.ociManifest);
  });

  it('takes an index, and an index that is empty', async () => {
    const digest = await pushImage('manifests', 'arm');
    for (const manifests of [[{ mediaType: mediaTypes.ociManifest, digest, size: 1 }], []]) {
      const body = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
      expect((await putManifest('manifests', 'index', body, mediaTypes.ociIndex)).status).toBe(201);
    }
  });

  it('answers MANIFEST_BLOB_UNKNOWN for each blob and manifest it has not', async () => {
    const layers = ['one', 'two'].map((text) => ({ mediaType: 'a/b', digest: digestOf(text), size: 3 }));
    const image = await putManifest('manifests', 'torn', await imageOf('manifests', { layers }));
    expect([image.status, image.codes()]).toEqual([400, ['MANIFEST_BLOB_UNKNOWN', 'MANIFEST_BLOB_UNKNOWN']]);
    const { errors } = JSON.parse(image.text) as { errors: { detail: unknown }[] };
    expect(errors.map(({ detail }) => detail)).toEqual(layers.map(({ digest }) => ({ digest })));

    const manifests = [{ mediaType: mediaTypes.ociManifest, digest: absent, size: 1 }];
    const body = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests });
    const index = await putManifest('manifests', 'torn', body, mediaTypes.ociIndex);
    expect([index.status, index.codes()]).toEqual([400, ['MANIFEST_BLOB_UNKNOWN']]);
    expect((await call('HEAD /v2/manifests/manifests/torn')).status).toBe(404);
  });

  it.each([
    ['what is not JSON', 'v1', '<manifest/>', 'MANIFEST_INVALID'],
    ['what is no manifest', 'v1', '{"schemaVersion":2}', 'MANIFEST_INVALID'],
    ['a tag that can be none', '.v1', '{}', 'MANIFEST_INVALID'],
    ['a tag of more than 128 characters', 'v'.repeat(129), '{}', 'MANIFEST_INVALID'],
    ['the digest of another content', absent, '{}', 'DIGEST_INVALID'],
    ['what is no digest', 'sha256:abc', '{}', 'DIGEST_INVALID'],
  ])('answers 400 to %s', async (_what, reference, body, code) => {
    const { status, codes } = await putManifest('manifests', reference, body);
    expect([status, codes()]).toEqual([400, [code]]);
  });

  it('takes 4 MiB, and answers 413 to more', async () => {
    const limit = 4 * 1024 * 1024;
    const body = await imageOf('manifests');
    expect((await putManifest('manifests', 'large', body.padEnd(limit))).status).toBe(201);
    const { status, codes } = await putManifest('manifests', 'larger', body.padEnd(3 * limit));
    expect([status, codes()]).toEqual([413, ['SIZE_INVALID']]);
    expect((await call('HEAD /v2/manifests/manifests/larger')).status).toBe(404);
  });
});

describe('end-7: pushing a manifest with a subject', () => {
  it('says with OCI-Subject that it has understood, also of a subject that comes later', async () => {
    const subject = { mediaType: mediaTypes.ociManifest, digest: absent, size: 1 };
    const put = await putManifest('subjects', 'early', await imageOf('subjects', { subject }));
    expect([put.status, put.header('oci-subject')]).toEqual([201, absent]);
    const plain = await putManifest('subjects', 'plain', await imageOf('subjects'));
    expect(plain.header('oci-subject')).toBe('');
  });
});

describe('end-8a, end-8b: listing tags', () => {
  const sorted = ['A', 'B.1', 'b', 'c', 'c-1'];
  beforeAll(async () => {
    for (const tag of sorted.toReversed()) await pushImage('tagged', tag);
  });

  it.each([
    ['', sorted],
    ['?n=2', ['A', 'B.1']],
    ['?n=2&last=B.1', ['b', 'c']],
    ['?n=9&last=b', ['c', 'c-1']],
    ['?last=c', ['c-1']],
    ['?n=0', []],
    ['?last=zz', []],
    ['?last=between', ['c', 'c-1']],
  ])('tags/list%s is in ASCII order', async (query, tags) => {
    const { status, text } = await call(`GET /v2/tagged/tags/list${query}`);
    expect([status, JSON.parse(text)]).toEqual([200, { name: 'tagged', tags }]);
  });

  it('leads from page to page by Link until all have been seen', async () => {
    const seen: string[] = [];
    for (let next = '/v2/tagged/tags/list?n=2'; next !== '';) {
      const { text, header } = await call(`GET ${next}`);
      seen.push(...(JSON.parse(text) as { tags: string[] }).tags);
      next = /^<(?<url>[^>]+)>; rel="next"$/.exec(header('link'))?.groups?.['url'] ?? '';
    }
    expect(seen).toEqual(sorted);
  });

  it('n=0 has no Link, and neither has the last page', async () => {
    for (const query of ['?n=0', '?n=5', '?n=3&last=B.1']) {
      expect((await call(`GET /v2/tagged/tags/list${query}`)).header('link')).toBe('');
    }
  });

  it('a repository without tags has an empty list', async () => {
    await pushBlob('untagged', 'x');
    expect(JSON.parse((await call('GET /v2/untagged/tags/list')).text)).toEqual({ name: 'untagged', tags: [] });
  });

  it('answers 404 where there is no such repository', async () => {
    const { status, codes } = await call('GET /v2/not/here/tags/list');
    expect([status, codes()]).toEqual([404, ['NAME_UNKNOWN']]);
  });
});

describe('end-9: deleting tags and manifests', () => {
  it('a deleted tag is gone, its manifest stays', async () => {
    const digest = await pushImage('deleting', 'gone');
    expect((await call('DELETE /v2/deleting/manifests/gone')).status).toBe(202);
    expect((await call('GET /v2/deleting/manifests/gone')).status).toBe(404);
    expect((await call(`GET /v2/deleting/manifests/${digest}`)).status).toBe(200);
  });

  it('a deleted manifest is gone with every tag that pointed to it', async () => {
    const digest = await pushImage('deleting', 'one', { annotations: { of: 'two tags' } });
    await pushImage('deleting', 'two', { annotations: { of: 'two tags' } });
    expect((await call(`DELETE /v2/deleting/manifests/${digest}`)).status).toBe(202);
    for (const reference of ['one', 'two', digest]) {
      expect((await call(`GET /v2/deleting/manifests/${reference}`)).status).toBe(404);
    }
    const { tags } = JSON.parse((await call('GET /v2/deleting/tags/list')).text) as { tags: string[] };
    expect(tags).not.toEqual(expect.arrayContaining(['one']));
  });

  it('answers 404 to what is not there', async () => {
    for (const path of [`deleting/manifests/${absent}`, 'deleting/manifests/none', `not/here/manifests/${absent}`]) {
      expect((await call(`DELETE /v2/${path}`)).status).toBe(404);
    }
  });
});

describe('end-10: deleting blobs', () => {
  it('answers 202, and from then on 404', async () => {
    const digest = await pushBlob('deleting', 'to be deleted');
    expect((await call(`DELETE /v2/deleting/blobs/${digest}`)).status).toBe(202);
    expect((await call(`GET /v2/deleting/blobs/${digest}`)).status).toBe(404);
    const again = await call(`DELETE /v2/deleting/blobs/${digest}`);
    expect([again.status, again.codes()]).toEqual([404, ['BLOB_UNKNOWN']]);
  });

  it('leaves the same blob in other repositories', async () => {
    const digest = await pushBlob('deleting', 'shared');
    await pushBlob('keeping', 'shared');
    await call(`DELETE /v2/deleting/blobs/${digest}`);
    expect((await call(`GET /v2/keeping/blobs/${digest}`)).text).toBe('shared');
  });
});

describe('end-11: mounting a blob from another repository', () => {
  it('answers 201 with a pullable URL, without the content', async () => {
    const digest = await pushBlob('source', 'mounted');
    const mount = await call(`POST /v2/target/blobs/uploads/?mount=${digest}&from=source`);
    expect([mount.status, mount.header('docker-content-digest')]).toEqual([201, digest]);
    expect((await call(`GET ${mount.header('location')}`)).text).toBe('mounted');
  });

  it('finds the blob also without from', async () => {
    const digest = await pushBlob('source', 'found');
    expect((await call(`POST /v2/target/blobs/uploads/?mount=${digest}`)).status).toBe(201);
  });

  it.each([
    ['a blob there is not', `mount=${absent}&from=source`],
    ['a repository there is not', `mount=${digestOf('in source only')}&from=not/here`],
    ['what is no digest', 'mount=sha256:x&from=source'],
  ])('begins an upload instead for %s', async (_what, query) => {
    await pushBlob('source', 'in source only');
    const started = await call(`POST /v2/target/blobs/uploads/?${query}`);
    expect(started.status).toBe(202);
    const digest = digestOf('uploaded instead');
    const put = await call(`PUT ${started.header('location')}?digest=${digest}`, { body: 'uploaded instead' });
    expect(put.status).toBe(201);
  });
});

describe('end-12a, end-12b: listing referrers', () => {
  const list = async (digest: string, query = '', name = 'referred') => {
    const answer = await call(`GET /v2/${name}/referrers/${digest}${query}`);
    return { ...answer, index: JSON.parse(answer.text) as { manifests: Record<string, unknown>[] } };
  };
  const refer = async (digest: string, more: object, type: string = mediaTypes.ociManifest) => {
    const subject = { mediaType: mediaTypes.ociManifest, digest, size: 1 };
    const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [], subject, ...more };
    const body = type === mediaTypes.ociIndex ? JSON.stringify(index) : await imageOf('referred', { subject, ...more });
    expect((await putManifest('referred', digestOf(body), body, type)).status).toBe(201);
    return { mediaType: type, digest: digestOf(body), size: body.length };
  };

  it('is an index of all manifests with the subject: their types, sizes and annotations', async () => {
    const digest = await pushImage('referred', 'v1', { annotations: { test: 'all' } });
    const annotations = { 'org.example.by': 'ci' };
    const signed = await refer(digest, { artifactType: 'application/sig', annotations });
    const plain = await refer(digest, {});
    const unnamed = await refer(digest, { artifactType: '', annotations: { un: 'named' } });
    const index = await refer(digest, { annotations }, mediaTypes.ociIndex);
    await refer(absent, { annotations: { of: 'another' } });
    const { status, header, index: answer } = await list(digest);
    expect([status, header('content-type'), header('oci-filters-applied')]).toEqual([200, mediaTypes.ociIndex, '']);
    expect(answer).toEqual({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [
        { ...signed, artifactType: 'application/sig', annotations },
        // Of an image without a type of its own it is the type of its configuration; an index has none.
        { ...plain, artifactType: 'application/vnd.example.config' },
        { ...unnamed, artifactType: 'application/vnd.example.config', annotations: { un: 'named' } },
        { ...index, annotations },
      ],
    });
  });

  it('filters by artifactType, and says so', async () => {
    const digest = await pushImage('referred', 'v2', { annotations: { test: 'filter' } });
    const sig = await refer(digest, { artifactType: 'application/sig+json' });
    await refer(digest, { artifactType: 'application/sbom' });
    const filtered = await list(digest, `?artifactType=${encodeURIComponent('application/sig+json')}`);
    expect(filtered.header('oci-filters-applied')).toBe('artifactType');
    expect(filtered.index.manifests).toEqual([{ ...sig, artifactType: 'application/sig+json' }]);
    const none = await list(digest, '?artifactType=application/none');
    expect([none.header('oci-filters-applied'), none.index.manifests]).toEqual(['artifactType', []]);
  });

  it('is never 404: empty where nothing refers, and where there is no such repository', async () => {
    for (const [digest, name] of [
      [absent.replace(/.$/, '0'), 'referred'],
      [absent, 'not/here'],
      [`sha512:${'a'.repeat(128)}`, 'referred'],
    ] as const) {
      const { status, index } = await list(digest, '', name);
      expect([status, index.manifests]).toEqual([200, []]);
    }
  });

  it('answers 400 to what is no digest', async () => {
    const { status, codes } = await call('GET /v2/referred/referrers/latest');
    expect([status, codes()]).toEqual([400, ['DIGEST_INVALID']]);
  });

  it('forgets a referrer that is deleted', async () => {
    const digest = await pushImage('referred', 'v3', { annotations: { test: 'forget' } });
    const { digest: referrer } = await refer(digest, {});
    await call(`DELETE /v2/referred/manifests/${referrer}`);
    expect((await list(digest)).index.manifests).toEqual([]);
  });

  it('takes and gives the fallback tag of clients that do not ask for referrers', async () => {
    const digest = await pushImage('referred', 'v4', { annotations: { test: 'fallback' } });
    const descriptor = await refer(digest, { artifactType: 'application/sig' });
    const body = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: [descriptor] });
    const tag = digest.replace(':', '-');
    expect((await putManifest('referred', tag, body, mediaTypes.ociIndex)).status).toBe(201);
    expect((await call(`GET /v2/referred/manifests/${tag}`)).text).toBe(body);
    expect((await list(digest)).index.manifests).toMatchObject([{ digest: descriptor.digest }]);
  });
});

describe('names and errors', () => {
  it.each(['Upper', 'a//b', '-a', 'a-', 'a..b', 'a___b', 'n'.repeat(256)])('%s names no repository', async (name) => {
    const { status, codes } = await call(`GET /v2/${name}/tags/list`);
    expect([status, codes()]).toEqual([400, ['NAME_INVALID']]);
  });

  it.each(['a', 'a.b/c_d/e__f/g---h', '0/1', 'a/manifests', 'blobs/uploads'])('%s names a repository', async (name) => {
    await pushImage(name, 'v1');
    expect(JSON.parse((await call(`GET /v2/${name}/tags/list`)).text)).toEqual({ name, tags: ['v1'] });
  });

  it('answers 400 to a path that cannot be decoded', async () => {
    expect((await call('GET /v2/a%ff/tags/list')).status).toBe(400);
  });

  it.each(['POST /v2/a/manifests/v1', `POST /v2/a/blobs/${absent}`, 'PUT /v2/a/tags/list'])(
    '%s is not of the API: a 4xx with a body in its form',
    async (line) => {
      await pushImage('a', 'v1');
      const { status, header, codes } = await call(line, { body: '{}' });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(header('content-type')).toMatch(/^application\/json/);
      expect(codes()).toEqual([expect.stringMatching(/^[A-Z_]+$/)]);
    },
  );
});
