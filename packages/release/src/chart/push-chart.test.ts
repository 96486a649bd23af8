import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createHelm, findHelm, findWorkspaceHelm, packageChart, readChart } from '@seatrial/helm';
import { startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineClock } from '../clock.js';
import { createRegistries } from '../registry/registries.js';
import { listReferrers } from '../registry/referrers.js';
import { tempFolder } from '../testing/temp-folder.js';
import { publishToRegistry } from './publish-to-registry.js';
import { pushChartToRegistry } from './push-chart.js';

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let host: string;
beforeAll(async () => {
  sandbox = await startSandbox({ docker: 'off' });
  host = (sandbox.env['SEATRIAL_REGISTRY'] ?? '').split('/')[0] ?? '';
});
afterAll(() => sandbox.close());

const registries = createRegistries({ clock: machineClock });
const helms = await Promise.all(
  ([4, 3] as const).map(async (major) => [major, await findWorkspaceHelm({ major }).catch(() => undefined)] as const),
);
let made = 0;
const freshPath = () => `oci://${host}/charts-${(made += 1)}`;

async function pack(values: string, version = '0.1.0+b.1') {
  const dir = join(await tempFolder(), 'chart');
  await mkdir(join(dir, 'charts/sub'), { recursive: true });
  const dependencies = 'dependencies:\n- {name: sub, version: 1.0.0}\n';
  await writeFile(
    join(dir, 'Chart.yaml'),
    `apiVersion: v2\nname: app\nversion: ${version}\ndescription: an app\n${dependencies}`,
  );
  await writeFile(join(dir, 'charts/sub/Chart.yaml'), 'apiVersion: v2\nname: sub\nversion: 1.0.0\n');
  await writeFile(join(dir, 'values.yaml'), values);
  const packed = await packageChart(dir, join(dir, '..', 'out'));
  return { ...packed, ...(await readChart(dir)), body: await readFile(packed.path), from: packed.path };
}

describe(pushChartToRegistry, () => {
  it('pushes once: the same bytes again change nothing, others are refused', async () => {
    const registry = freshPath();
    const chart = await pack('a: 1\n');
    const first = await pushChartToRegistry(registries, { ...chart, registry });
    expect(first).toMatchObject({ uri: `${registry}/app:0.1.0_b.1`, kept: false });
    expect(await pushChartToRegistry(registries, { ...chart, registry })).toEqual({ ...first, kept: true });
    const other = await pack('a: 2\n');
    await expect(pushChartToRegistry(registries, { ...other, registry })).rejects.toMatchObject({
      code: 'VERSION_EXISTS',
      message: `${first.uri} is pushed already with other content`,
    });
    expect(await pushChartToRegistry(registries, { ...other, registry, ifPublished: 'keep' })).toEqual({
      ...first,
      kept: true,
    });
  });

  it.each(['charts.example.com/a', 'oci://host', 'https://host/a', 'oci://user:pw@host/a'])(
    'refuses %s, which is no place for charts in a registry',
    async (registry) => {
      const pushing = pushChartToRegistry(registries, { ...(await pack('')), registry });
      await expect(pushing).rejects.toMatchObject({ code: 'INVALID_OPTION', exitCode: 2 });
    },
  );

  it.each(helms)('is pulled by helm %i, byte for byte', async (_major, path) => {
    if (path === undefined) return console.warn('skipped: no such helm for this machine');
    const registry = freshPath();
    const chart = await pack('a: 1\n');
    const { descriptor } = await pushChartToRegistry(registries, { ...chart, registry });
    const home = await tempFolder();
    const helm = createHelm({ binary: await findHelm({ flag: path, env: {} }), home, env: process.env });
    const pulled = await helm.pull({ chart: `${registry}/app`, version: chart.version, destination: join(home, 'to') });
    expect(pulled.digest).toBe(descriptor.digest);
    expect(await readFile(pulled.path)).toEqual(chart.body);
  });
});

describe(publishToRegistry, () => {
  const request = { commit: 'c'.repeat(40), tag: 'v1', attest: true, registries, builder: async () => 'docker' };
  const image = 'gcr.io/team/app:v1';
  const images = [{ name: 'app', image, digest: `sha256:${'ab'.repeat(32)}` }];

  it('attaches an SBOM of dependencies and images, and provenance, once', async () => {
    const chartRegistry = freshPath();
    const outDir = await tempFolder();
    const chart = await pack('a: 1\n');
    const ask = () => publishToRegistry({ ...request, images, chartRegistry, outDir }, chart);
    const published = await ask();
    expect(await ask()).toEqual(published);
    const { ociUri = '', ociDigest = '' } = published ?? {};
    expect(ociUri).toBe(`${chartRegistry}/app:0.1.0_b.1`);
    const repository = registries.open(`${chartRegistry.slice('oci://'.length)}/app`);
    const read = async (type: string) => {
      const found = await listReferrers(repository, ociDigest, type);
      expect(found).toHaveLength(1);
      const layer = (await repository.readManifest(found[0]?.digest ?? ''))?.manifest.layers?.[0];
      return JSON.parse((await buffer(await repository.readBlob(layer?.digest ?? ''))).toString()) as unknown;
    };
    expect(await read('application/vnd.cyclonedx+json')).toMatchObject({
      specVersion: '1.6',
      metadata: { component: { type: 'application', name: 'app', version: '0.1.0+b.1' } },
      components: [
        { type: 'library', name: 'sub', version: '1.0.0' },
        { type: 'container', name: 'gcr.io/team/app', version: images[0]?.digest },
      ],
    });
    expect(await read('application/vnd.in-toto+json')).toMatchObject({
      predicateType: 'https://slsa.dev/provenance/v1',
      subject: [
        { name: `${chartRegistry.slice('oci://'.length)}/app`, digest: { sha256: ociDigest.slice(7) } },
        { name: 'app-0.1.0+b.1.tgz', digest: { sha256: chart.sha256 } },
      ],
    });
    expect((await readdir(outDir)).sort()).toEqual(['app.chart.provenance.intoto.json', 'app.chart.sbom.cdx.json']);
  });

  it('attaches nothing without attestations, and pushes nothing without a registry', async () => {
    const chartRegistry = freshPath();
    const outDir = await tempFolder();
    const chart = await pack('a: 1\n');
    const published = await publishToRegistry({ ...request, attest: false, images, chartRegistry, outDir }, chart);
    const repository = registries.open(`${chartRegistry.slice('oci://'.length)}/app`);
    expect(await listReferrers(repository, published?.ociDigest ?? '')).toEqual([]);
    expect(await publishToRegistry({ ...request, images, outDir }, chart)).toBeUndefined();
  });
});
