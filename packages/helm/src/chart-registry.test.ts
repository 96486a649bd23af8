import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@seatrial/sandbox';
import type { Sandbox } from '@seatrial/sandbox';
import { createObjectStore } from '@seatrial/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findHelm } from './binary.js';
import { packageChart } from './chart-archive.js';
import { fetchChart } from './chart-fetch.js';
import { pushChart } from './chart-push.js';
import { createHelm } from './helm.js';
import type { Helm } from './helm-interface.js';
import { findWorkspaceHelm } from './workspace-copy.js';

const isRegistry = (host: string) =>
  fetch(`http://${host}/v2/`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
/** A registry of CNCF's distribution, where one runs on the usual port. */
const local = '127.0.0.1:5000';
const hasLocal = await isRegistry(local);
if (!hasLocal) console.warn(`skipped: no registry answers at ${local}`);
const paths = await Promise.all(
  ([4, 3] as const).map(async (major) => ({ major, path: await findWorkspaceHelm({ major }).catch(() => undefined) })),
);

let folder: string;
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ docker: 'off' });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-registry-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function makeArchive(version: string, values = 'a: 1\n') {
  const dir = join(folder, 'chart');
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'Chart.yaml'), `apiVersion: v2\nname: demo\nversion: ${version}\n`);
  await writeFile(join(dir, 'values.yaml'), values);
  return packageChart(dir, join(folder, 'out'));
}

async function serve(listener: RequestListener): Promise<AsyncDisposable & { url: string; host: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://${host}`, host, [Symbol.asyncDispose]: close };
}

for (const { major, path } of paths) {
  if (path === undefined) console.warn(`skipped: no helm ${major} for this machine`);
  const registries: [string, () => string, boolean][] = [
    ["the sandbox's registry", () => `127.0.0.1:${sandbox.ports.registry}`, true],
    [`the registry at ${local}`, () => local, hasLocal],
  ];
  for (const [what, host, isThere] of registries) {
    const skipped = path === undefined || !isThere;
    describe.skipIf(skipped)(`helm ${major} and ${what}${skipped ? ' (SKIPPED: not here)' : ''}`, () => {
      let helm: Helm;
      let registry: string;
      beforeEach(async () => {
        const binary = await findHelm({ flag: path, env: {} });
        helm = createHelm({ binary, home: join(folder, 'home'), env: { PATH: process.env['PATH'] } });
        registry = `oci://${host()}/trial-${randomUUID()}`;
      });

      it('pushes a chart once, keeps it, and never replaces it', async () => {
        const archive = await makeArchive('0.1.0-v1');
        expect(await pushChart(helm, { archive, registry, dryRun: true })).toBeUndefined();
        const first = await pushChart(helm, { archive, registry });
        expect(first).toEqual({
          kept: false,
          reference: `${registry.slice(6)}/demo:0.1.0-v1`,
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
        });
        expect(await pushChart(helm, { archive: archive.path, registry })).toEqual({ ...first, kept: true });
        const other = await makeArchive('0.1.0-v1', 'a: 2\n');
        for (const dryRun of [true, false]) {
          await expect(pushChart(helm, { archive: other, registry, dryRun })).rejects.toMatchObject({
            code: 'VERSION_EXISTS',
            message: `oci://${registry.slice(6)}/demo:0.1.0-v1 is pushed already with other content`,
          });
        }
        const fetched = await fetchChart({ helm }, `${registry}/demo:0.1.0-v1`, {
          to: join(folder, 'fetched'),
          sha256: archive.sha256,
        });
        expect(fetched).toMatchObject({ name: 'demo', version: '0.1.0-v1' });
        expect(await readFile(join(folder, 'fetched/values.yaml'), 'utf8')).toBe('a: 1\n');
      });

      it('pushes versions with build parts, or says that this helm cannot', async () => {
        const archive = await makeArchive('0.1.0+b.1');
        const pushed = pushChart(helm, { archive, registry });
        if (helm.binary.version === '3.18.0') {
          return expect(pushed).rejects.toMatchObject({
            code: 'FAILED',
            hint: expect.stringContaining('another version of helm'),
          });
        }
        expect(await pushed).toMatchObject({ reference: `${registry.slice(6)}/demo:0.1.0_b.1` });
        expect(await pushChart(helm, { archive, registry })).toMatchObject({ kept: true });
        expect(await fetchChart({ helm }, `${registry}/demo:0.1.0_b.1`, { to: join(folder, 'fetched') })).toMatchObject(
          { version: '0.1.0+b.1' },
        );
      });

      it('tells what is not there', async () => {
        const to = join(folder, 'fetched');
        await expect(fetchChart({ helm }, `${registry}/demo:0.1.0`, { to })).rejects.toMatchObject({
          code: 'CHART_NOT_FOUND',
        });
      });
    });
  }

  describe.skipIf(path === undefined)(`helm ${major} and registries that fail`, () => {
    it.each([
      [401, 'DENIED', true],
      [403, 'DENIED', true],
      [500, 'UNREACHABLE', true],
    ])(
      'tells an answer of %i from a chart that is not there',
      async (status, code, infrastructure) => {
        await using server = await serve((_request, response) => {
          response.writeHead(status, { 'content-type': 'application/json' }).end('{"errors":[]}');
        });
        const binary = await findHelm({ flag: path, env: {} });
        const helm = createHelm({ binary, home: join(folder, 'home'), env: { PATH: process.env['PATH'] } });
        const archive = await makeArchive('0.1.0');
        const pushed = pushChart(helm, { archive, registry: `oci://${server.host}/a` });
        await expect(pushed).rejects.toMatchObject({ code, infrastructure });
      },
      60_000,
    );

    it('logs in with the file it is given, and only then', async () => {
      await using server = await serve(({ headers }, response) => {
        const known = headers.authorization === `Basic ${Buffer.from('ada:s3cret').toString('base64')}`;
        response.writeHead(known ? 404 : 401, { 'www-authenticate': 'Basic realm="r"' }).end();
      });
      const registryConfig = join(folder, 'config.json');
      const auth = Buffer.from('ada:s3cret').toString('base64');
      await writeFile(registryConfig, JSON.stringify({ auths: { [server.host]: { auth } } }));
      const binary = await findHelm({ flag: path, env: {} });
      const helm = createHelm({ binary, home: join(folder, 'home'), env: { PATH: process.env['PATH'] } });
      const request = { chart: `oci://${server.host}/demo`, version: '0.1.0', destination: join(folder, 'to') };
      await expect(helm.pull(request)).rejects.toMatchObject({ code: 'DENIED' });
      await expect(helm.pull({ ...request, registryConfig })).rejects.toMatchObject({ code: 'CHART_NOT_FOUND' });
    });

    it('tells a registry that is not there', async () => {
      const binary = await findHelm({ flag: path, env: {} });
      const helm = createHelm({ binary, home: join(folder, 'home'), env: { PATH: process.env['PATH'] } });
      const archive = await makeArchive('0.1.0');
      await expect(pushChart(helm, { archive, registry: 'oci://127.0.0.1:1/a' })).rejects.toMatchObject({
        code: 'UNREACHABLE',
      });
    });
  });
}

describe(pushChart, () => {
  it.each(['https://r.io/a', 'oci://r.io', 'oci://r.io/a/', 'r.io/a', 'oci:///a'])('refuses %j', async (registry) => {
    const never = async () => Promise.reject(new Error('called'));
    const archive = await makeArchive('0.1.0');
    await expect(pushChart({ pull: never, push: never }, { archive, registry })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      hint: expect.stringContaining('oci://HOST/PATH'),
    });
  });
});

describe(fetchChart, () => {
  const clock = { sleep: async () => {} };
  const to = () => join(folder, 'to');

  it('takes a folder, an archive and an object', async () => {
    const { path, sha256 } = await makeArchive('0.1.0');
    for (const source of [join(folder, 'chart'), path, `file://${path}`]) {
      const fetched = await fetchChart({ store: createObjectStore() }, source, { to: to() });
      expect(fetched).toMatchObject({ dir: to(), name: 'demo', version: '0.1.0' });
      expect((await readdir(to())).sort()).toEqual(['Chart.yaml', 'values.yaml']);
    }
    expect(await fetchChart({}, path, { to: to(), sha256: sha256.toUpperCase() })).toMatchObject({ name: 'demo' });
  });

  it('takes an archive over HTTP', async () => {
    const { path } = await makeArchive('0.1.0');
    await using server = await serve((_request, response) => {
      void readFile(path).then((body) => response.end(body));
    });
    expect(await fetchChart({ fetch }, `${server.url}/demo.tgz`, { to: to() })).toMatchObject({ name: 'demo' });
  });

  it.each<[string, RequestListener, string, string]>([
    ['404', (_, response) => response.writeHead(404).end(), 'CHART_NOT_FOUND', 'there is no chart at URL/a'],
    ['503', (_, response) => response.writeHead(503).end(), 'FETCH_FAILED', 'URL/a answers with 503'],
    [
      'a page',
      (_, response) => response.end('<html>'),
      'INVALID_CHART',
      'URL/a is not a packaged chart: it is not gzip',
    ],
    [
      'half a body',
      (_, response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('1234', () => response.destroy());
      },
      'FETCH_FAILED',
      'URL/a broke off after',
    ],
  ])('rejects %s over HTTP, without the secrets of the address', async (_what, listener, code, message) => {
    await using server = await serve(listener);
    const error: unknown = await fetchChart({ fetch, clock }, `${server.url}/a?signature=s3cret`, { to: to() }).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(message.replace('URL', server.url)) });
    expect((error as Error).message).not.toContain('s3cret');
    expect(await readdir(folder)).toEqual([]);
  });

  it('tries again what may pass, after as long as the server asks for or longer and longer', async () => {
    const archive = await makeArchive('0.1.0');
    const body = await readFile(archive.path);
    const answers: RequestListener[] = [
      (_request, response) => response.writeHead(429, { 'retry-after': '7' }).end(),
      (_request, response) => response.destroy(),
      (_request, response) => response.writeHead(503).end(),
      (_request, response) => response.end(body),
    ];
    await using server = await serve((...asked) => answers.shift()?.(...asked));
    const pauses: number[] = [];
    const waiting = { sleep: async (ms: number) => void pauses.push(ms) };
    const fetchers = { fetch, clock: waiting, random: () => 0.25 };
    expect(await fetchChart(fetchers, `${server.url}/a`, { to: to() })).toMatchObject({ name: archive.name });
    expect(pauses).toEqual([7_000, 750, 1_500]);
  });

  it.each([400, 401, 403, 404])('does not ask again after %i', async (status) => {
    let calls = 0;
    await using server = await serve((_request, response) => {
      calls += 1;
      response.writeHead(status).end();
    });
    await expect(fetchChart({ fetch, clock }, `${server.url}/a`, { to: to() })).rejects.toThrow();
    expect(calls).toBe(1);
  });

  it('rejects a body without end', async () => {
    await using server = await serve((_request, response) => {
      const chunk = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) void 0;
      };
      response.on('drain', more);
      more();
    });
    await expect(fetchChart({ fetch, clock }, `${server.url}/a`, { to: to() })).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: expect.stringContaining('has more than'),
    });
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    await using server = await serve(() => controller.abort(new Error('stop')));
    const fetched = fetchChart({ fetch, clock }, `${server.url}/a`, { to: to(), signal: controller.signal });
    await expect(fetched).rejects.toThrow('stop');
  });

  it.each([
    ['nothing there', '/nonexistent.tgz', {}, 'CHART_NOT_FOUND'],
    ['another scheme', 'ftp://r.io/a.tgz', {}, 'INVALID_OPTION'],
    [
      'a registry without a version',
      'oci://r.io/a/demo',
      { helm: { pull: async () => Promise.reject() } },
      'INVALID_OPTION',
    ],
    ['a bucket without a store', 'gs://b/a.tgz', {}, 'INVALID_OPTION'],
  ])('rejects %s', async (_what, source, fetchers, code) => {
    await expect(fetchChart(fetchers, source, { to: to() })).rejects.toMatchObject({ code });
  });

  it('rejects another digest than the one expected, and one for a folder', async () => {
    const { path } = await makeArchive('0.1.0');
    await expect(fetchChart({}, path, { to: to(), sha256: '00' })).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: expect.stringContaining('expected 00'),
    });
    await expect(fetchChart({}, join(folder, 'chart'), { to: to(), sha256: '00' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect((await readdir(folder)).sort()).toEqual(['chart', 'out']);
  });
});
