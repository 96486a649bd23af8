import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '@seatrial/sandbox';
import { isRegistryThere, LAB_REGISTRY } from '../testing/registries.js';
import { digestOf, mediaTypes } from './descriptor.js';
import { attach, indexTag, listReferrers } from './referrers.js';
import { openRepository, type RepositoryClient } from './repository-client.js';
import type { RegistrySurroundings } from './registry-request.js';

const clock = { sleep: async () => {} };
const bytesOf = (text: string) => new TextEncoder().encode(text);

async function sandboxRegistry(faults: readonly string[] = []): Promise<string> {
  const sandbox = await startSandbox({ docker: 'off', faults });
  onTestFinished(() => sandbox.close());
  return sandbox.env['SEATRIAL_REGISTRY'] ?? '';
}

async function writeImage(repository: RepositoryClient, tag?: string, label = 'x') {
  const config = await repository.writeBlob(
    bytesOf(JSON.stringify({ label })),
    'application/vnd.oci.image.config.v1+json',
  );
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] };
  const content = { mediaType: mediaTypes.manifest, bytes: bytesOf(JSON.stringify(manifest)) };
  return (await repository.writeManifest(content, tag)).descriptor;
}

const labIsThere = await isRegistryThere(LAB_REGISTRY);
const registries: [string, () => Promise<string>, boolean][] = [
  ['the sandbox', () => sandboxRegistry(), true],
  [`the registry ${LAB_REGISTRY}${labIsThere ? '' : ' (NOT THERE)'}`, async () => LAB_REGISTRY, labIsThere],
];

describe.each(registries)('openRepository, on %s', (_name, registry, isThere) => {
  const open = async () => openRepository(`${await registry()}/client-${randomUUID()}`, { clock });

  it.skipIf(!isThere)('writes and reads manifests and blobs', async () => {
    const repository = await open();
    expect(await repository.stat('v1')).toBeUndefined();
    expect(await repository.readManifest('v1')).toBeUndefined();
    const { digest } = await writeImage(repository, 'v1');
    expect(await repository.stat('v1')).toEqual({ digest, mediaType: mediaTypes.manifest });
    const stored = await repository.readManifest(digest);
    expect(digestOf(stored?.bytes ?? '')).toBe(digest);
    const config = stored?.manifest.config?.digest ?? '';
    expect((await buffer(await repository.readBlob(config))).toString()).toBe('{"label":"x"}');
  });

  it.skipIf(!isThere)('says which blob is missing', async () => {
    const repository = await open();
    await writeImage(repository, 'v1');
    const reading = repository.readBlob(`sha256:${'0'.repeat(64)}`);
    await expect(reading).rejects.toThrow(
      expect.objectContaining({ code: 'REGISTRY_FAILED', httpStatus: 404 }) as Error,
    );
  });

  it.skipIf(!isThere)('attaches content once, however often, and finds it by its type', async () => {
    const repository = await open();
    const subject = await writeImage(repository, 'v1');
    expect(await listReferrers(repository, subject.digest)).toEqual([]);
    const sbom = { mediaType: 'application/vnd.cyclonedx+json', bytes: bytesOf('{"a":1}') };
    const first = await attach(repository, subject, sbom);
    expect(await attach(repository, subject, sbom)).toEqual(first);
    await attach(repository, subject, { mediaType: 'application/vnd.in-toto+json', bytes: bytesOf('{}') });
    expect(await listReferrers(repository, subject.digest)).toHaveLength(2);
    const found = await listReferrers(repository, subject.digest, sbom.mediaType);
    expect(found).toEqual([expect.objectContaining({ digest: first.digest })]);
    const layer = (await repository.readManifest(first.digest))?.manifest.layers?.[0];
    expect((await buffer(await repository.readBlob(layer?.digest ?? ''))).toString()).toBe('{"a":1}');
  });
});

describe(attach, () => {
  it('keeps what others put into the index under the tag', async () => {
    // As CNCF distribution 2.8, which keeps no list.
    const withoutList: typeof fetch = async (input, init) => {
      if (String(input).includes('/referrers/')) return new Response('404 page not found', { status: 404 });
      const response = await fetch(input, init);
      const headers = new Headers(response.headers);
      headers.delete('oci-subject');
      const { status } = response;
      const copy = new Response(status === 204 || status === 304 ? null : response.body, { status, headers });
      Object.defineProperty(copy, 'url', { value: response.url });
      return copy;
    };
    const reference = `${await sandboxRegistry()}/app`;
    const repository = openRepository(reference, { clock, fetch: withoutList });
    const subject = await writeImage(repository, 'v1');
    const other = await writeImage(repository, undefined, 'other');
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [other] };
    await repository.writeManifest(
      { mediaType: mediaTypes.index, bytes: bytesOf(JSON.stringify(index)) },
      indexTag(subject.digest),
    );
    const mine = await attach(repository, subject, { mediaType: 'application/x', bytes: bytesOf('x') });
    const digests = (await listReferrers(repository, subject.digest)).map(({ digest }) => digest);
    expect(digests).toEqual([other.digest, mine.digest]);
  });
});

type Answer = (request: IncomingMessage, response: ServerResponse, url: URL) => void;

async function serve(answer: Answer): Promise<{ readonly host: string; readonly seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    seen.push(`${request.method} ${url.pathname} ${request.headers.authorization ?? '-'}`);
    request.resume();
    answer(request, response, url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe('logging in', () => {
  const ask = (host: string, more: Partial<RegistrySurroundings>) =>
    openRepository(`${host}/app`, { clock, ...more }).stat('v1');
  const found = (response: ServerResponse) =>
    response.writeHead(200, { 'docker-content-digest': `sha256:${'a'.repeat(64)}` }).end();

  it('gets a token with the login where the registry asks for one, and keeps it', async () => {
    const { host, seen } = await serve((request, response, url) => {
      if (url.pathname === '/token')
        return void response.end(JSON.stringify({ token: `for-${url.searchParams.get('scope')}` }));
      if (request.headers.authorization === 'Bearer for-pull') return void found(response);
      const challenge = `Bearer realm="http://${request.headers.host}/token",service="r",scope="pull"`;
      response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    const credentials = async () => ({ username: 'u', password: 'p' });
    const repository = openRepository(`${host}/app`, { clock, credentials });
    await repository.stat('v1');
    await repository.stat('v2');
    expect(seen).toEqual([
      'HEAD /v2/app/manifests/v1 -',
      `GET /token Basic ${Buffer.from('u:p').toString('base64')}`,
      'HEAD /v2/app/manifests/v1 Bearer for-pull',
      'HEAD /v2/app/manifests/v2 Bearer for-pull',
    ]);
  });

  it('changes a token of an earlier login into one for the repository', async () => {
    const { host, seen } = await serve((request, response, url) => {
      if (url.pathname === '/token') return void response.end(JSON.stringify({ access_token: 't' }));
      if (request.headers.authorization === 'Bearer t') return void found(response);
      response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
    });
    await ask(host, { credentials: async () => ({ identitytoken: 'old' }) });
    expect(seen).toContain('POST /token -');
  });

  it('sends user and password where the registry asks for them', async () => {
    const { host, seen } = await serve((request, response) =>
      request.headers.authorization === undefined
        ? void response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end()
        : void found(response),
    );
    await ask(host, { credentials: async () => ({ username: 'u', password: 'p' }) });
    expect(seen[1]).toBe(`HEAD /v2/app/manifests/v1 Basic ${Buffer.from('u:p').toString('base64')}`);
  });

  it.each([
    ['nobody is logged in', undefined],
    ['the login is not enough', async () => ({ username: 'u', password: 'p' })],
  ])('throws DENIED when %s', async (_what, credentials) => {
    const { host } = await serve((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end(),
    );
    await expect(ask(host, { credentials })).rejects.toThrow(expect.objectContaining({ code: 'DENIED' }) as Error);
  });
});

describe('trying again', () => {
  it('waits as long as it is told, then goes on', async () => {
    let calls = 0;
    const { host } = await serve((_request, response) => {
      calls += 1;
      if (calls === 1) response.writeHead(429, { 'retry-after': '7' }).end();
      else if (calls === 2) response.writeHead(503).end();
      else response.writeHead(404).end();
    });
    const pauses: number[] = [];
    const waiting = { sleep: async (ms: number) => void pauses.push(ms) };
    const random = () => 0.25;
    expect(await openRepository(`${host}/app`, { clock: waiting, random }).stat('v1')).toBeUndefined();
    expect(pauses).toEqual([7_000, 750]); // as asked for; then a second, spread by chance
  });

  it.each([
    ['answers with 503', async () => (await serve((_request, response) => response.writeHead(503).end())).host],
    ['does not answer', async () => '127.0.0.1:1'],
  ])('gives up on a registry that %s', async (_what, host) => {
    const asking = openRepository(`${await host()}/app`, { clock }).stat('v1');
    await expect(asking).rejects.toThrow(
      expect.objectContaining({
        code: 'UNAVAILABLE',
        infrastructure: true,
        message: expect.stringMatching(/tried 4 times$/) as string,
      }) as Error,
    );
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    const { host } = await serve(() => controller.abort(reason));
    const asking = openRepository(`${host}/app`, { clock, signal: controller.signal }).stat('v1');
    await expect(asking).rejects.toBe(reason);
  });

  it('rejects a manifest and a blob that are not what was asked for', async () => {
    const { host } = await serve((_request, response) => response.writeHead(200).end('{}'));
    const repository = openRepository(`${host}/app`, { clock });
    const digest = `sha256:${'0'.repeat(64)}`;
    const wrong = expect.objectContaining({ code: 'REGISTRY_FAILED' }) as Error;
    await expect(repository.readManifest(digest)).rejects.toThrow(wrong);
    await expect(repository.readBlob(digest).then(buffer)).rejects.toThrow(wrong);
  });
});

describe('a repository of a registry that', () => {
  it.each([
    ['breaks off a manifest', ['registry.GET/v2/**/manifests/*:half:#1-2']],
    ['takes its time', ['registry:latency=100ms']],
  ])('%s: it is read whole', async (_what, faults) => {
    const repository = openRepository(`${await sandboxRegistry(faults)}/faulty`, { clock });
    const { digest } = await writeImage(repository, 'v1');
    expect(digestOf((await repository.readManifest('v1'))?.bytes ?? '')).toBe(digest);
  });

  it('breaks off every manifest: it is not to be had', async () => {
    const faults = ['registry.GET/v2/**/manifests/*:half'];
    const repository = openRepository(`${await sandboxRegistry(faults)}/faulty`, { clock });
    await writeImage(repository, 'v1');
    await expect(repository.readManifest('v1')).rejects.toMatchObject({ name: 'ReleaseError', code: 'UNAVAILABLE' });
  });

  it('breaks off a blob: its stream ends with an error, never short', async () => {
    const faults = ['registry.GET/v2/**/blobs/*:half'];
    const repository = openRepository(`${await sandboxRegistry(faults)}/faulty`, { clock });
    const { digest } = await repository.writeBlob(bytesOf('x'.repeat(100_000)), 'text/plain');
    await expect(repository.readBlob(digest).then((stream) => buffer(stream))).rejects.toThrow();
  });
});
