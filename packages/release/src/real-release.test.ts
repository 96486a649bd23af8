import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCommand } from '@seatrial/cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildRelease, type ReleaseRequest } from './build-release.js';
import { machineClock } from './clock.js';
import { command } from './commands.js';
import type { DockerEngine } from './image/engine.js';
import { createEngineBuilder, type EngineBuilderOptions } from './image/engine-builder.js';
import type { ImageSpec } from './image/image-spec.js';
import { readEvents } from './image/events.js';
import { createRegistries } from './registry/registries.js';
import { listReferrers } from './registry/referrers.js';
import { isLabSkipped, LAB_BASE, LAB_REGISTRY, LAB_TITLE, labEngine } from './testing/lab.js';
import { tempFolder } from './testing/temp-folder.js';

const COMMIT = 'c'.repeat(40);
/** Part of all names here, by which what was made is found and removed. */
const RUN = `run-${randomUUID()}`;
const source = { committedMs: Date.parse('2026-01-02T03:04:05Z'), url: 'https://git.example/team/app' };

async function write(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await tempFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
  return dir;
}

const chart = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
  'chart/values.yaml': 'image: app:dev\nworker:\n  image: worker:dev\n',
};

/** Counts what goes out: pushes of the engine, and writes of ours. */
function counting(docker: DockerEngine) {
  const counts = { pushes: 0, writes: 0 };
  const engine = Object.assign(Object.create(docker) as DockerEngine, {
    getImage(name: string) {
      const image = docker.getImage(name);
      const push: typeof image.push = (options) => {
        counts.pushes += 1;
        return image.push(options);
      };
      return Object.assign(Object.create(image) as typeof image, { push });
    },
  });
  const send: typeof fetch = (input, init) => {
    if (init?.method === 'PUT' || init?.method === 'POST') counts.writes += 1;
    return fetch(input, init);
  };
  return { engine, send, counts };
}

async function release(images: readonly ImageSpec[], files: Readonly<Record<string, string>>, more: More = {}) {
  const { backend, ...request } = more;
  const { engine, send, counts } = counting(labEngine());
  const registries = createRegistries({ clock: machineClock, fetch: send });
  const lines: string[] = [];
  const outDir = await tempFolder();
  const asked = {
    sourceDir: await write({ ...chart, ...files }),
    commit: COMMIT,
    source,
    images,
    chart: { path: 'chart' },
    registry: `${LAB_REGISTRY}/${RUN}/${randomUUID()}`,
    tag: 'v1',
    attest: true,
    ...request,
    outDir,
    builder: createEngineBuilder(engine, { registries, backend }),
    registries,
    env: { PATH: process.env['PATH'] },
    onLine: (line: string) => lines.push(line),
  };
  const info = await buildRelease(asked);
  return { asked, info, lines, registries, outDir, counts };
}
interface LocalInfo {
  readonly tag: string;
  readonly image: string;
  readonly digest: string;
  readonly chart: { readonly ociUri?: string; readonly ociDigest?: string };
}
type More = Partial<ReleaseRequest> & Pick<EngineBuilderOptions, 'backend'>;

async function pull(docker: DockerEngine, name: string) {
  const engine = docker as DockerEngine & { pull(name: string, options: object): Promise<NodeJS.ReadableStream> };
  for await (const event of readEvents(await engine.pull(name, {}))) {
    if (event.error !== undefined) throw new Error(event.error);
  }
  const found = await docker.getImage(name).inspect();
  return found as typeof found & { readonly Config: { readonly Labels: Record<string, string> } };
}

describe.skipIf(isLabSkipped)(LAB_TITLE, () => {
  beforeAll(() => void labEngine());
  afterAll(async () => {
    const docker = labEngine() as DockerEngine & {
      listImages(): Promise<{ readonly RepoTags?: string[] | null; readonly RepoDigests?: string[] | null }[]>;
    };
    for (const { RepoTags, RepoDigests } of await docker.listImages()) {
      for (const name of [...(RepoTags ?? []), ...(RepoDigests ?? [])].filter((each) => each.includes(RUN))) {
        const image = docker.getImage(name) as unknown as { remove(options: object): Promise<unknown> };
        await image.remove({ force: true }).catch(() => {}); // the last tag took the digests along
      }
    }
  });
  const withRun = `FROM ${LAB_BASE}\nARG WHO=x\nCOPY node_modules /app/node_modules\nRUN echo "hello $WHO" > /greeting\n`;
  const modules = {
    'node_modules/left/package.json': '{"name": "left", "version": "1.2.3", "license": "MIT"}',
    'node_modules/@a/b/package.json': '{"name": "@a/b", "version": "2.0.0"}',
  };

  it.each(['classic', 'buildkit'] as const)(
    'builds with a RUN step on the %s builder, pushes, labels, attests, and moves nothing the second time',
    async (backend) => {
      const images = [{ name: 'app', context: '.', buildArgs: { WHO: 'world' } }];
      const files = { Dockerfile: withRun, ...modules };
      const first = await release(images, files, { backend });
      const { info, registries, outDir } = first;
      expect(first.counts.pushes).toBe(1);

      const pulled = await pull(labEngine(), info.imageByDigest ?? '');
      expect(pulled.RepoDigests).toContain(info.imageByDigest);
      expect(pulled.Config.Labels).toMatchObject({
        'org.opencontainers.image.revision': COMMIT,
        'org.opencontainers.image.version': 'v1',
        'org.opencontainers.image.source': 'https://git.example/team/app',
        'org.opencontainers.image.created': '2026-01-02T03:04:05.000Z',
      });

      const repository = registries.open(info.image);
      expect((await repository.stat('latest'))?.digest).toBe(info.digest);
      const referrers = await listReferrers(repository, info.digest ?? '');
      const read = async (type: string) => {
        const found = referrers.filter(({ artifactType }) => artifactType === type);
        expect(found).toHaveLength(1);
        const layer = (await repository.readManifest(found[0]?.digest ?? ''))?.manifest.layers?.[0];
        return JSON.parse((await buffer(await repository.readBlob(layer?.digest ?? ''))).toString()) as unknown;
      };
      const sbom = await read('application/vnd.cyclonedx+json');
      expect(sbom).toMatchObject({
        bomFormat: 'CycloneDX',
        specVersion: '1.6',
        components: expect.arrayContaining([
          expect.objectContaining({ purl: 'pkg:npm/left@1.2.3' }),
          expect.objectContaining({ purl: 'pkg:npm/%40a/b@2.0.0' }),
        ]) as unknown,
      });
      const provenance = await read('application/vnd.in-toto+json');
      expect(provenance).toMatchObject({
        predicateType: 'https://slsa.dev/provenance/v1',
        subject: [
          { name: info.image.replace(/:v1$/, ''), digest: { sha256: info.digest?.slice(7) } },
          { name: 'app-0.1.0-v1.tgz', digest: { sha256: info.chart.sha256 } },
        ],
      });
      expect((await readdir(outDir)).sort()).toEqual([
        'app-0.1.0-v1.tgz',
        'app.sbom.cdx.json',
        'build_info.yaml',
        'provenance.intoto.json',
      ]);

      const second = await release(images, files, { backend, registry: first.asked.registry });
      expect(second.info.digest).toBe(info.digest);
      expect(second.lines).toContain(`${info.image} is in the registry already`);
      // The fallback's own manifests are put again, byte for byte the same; nothing is uploaded.
      expect(second.counts.pushes).toBe(0);
      expect((await listReferrers(repository, info.digest ?? '')).map(({ digest }) => digest).sort()).toEqual(
        referrers.map(({ digest }) => digest).sort(),
      );
    },
    60_000,
  );

  it.each(['classic', 'buildkit'] as const)(
    'tells the last lines of a failing RUN on the %s builder',
    async (backend) => {
      const files = { Dockerfile: `FROM ${LAB_BASE}\nRUN echo before; echo reason >&2; exit 7\n` };
      const error: unknown = await release([{ name: 'app', context: '.' }], files, { backend }).catch(
        (e: unknown) => e,
      );
      expect(error).toMatchObject({ code: 'BUILD_FAILED', infrastructure: false });
      const { detail, message } = error as { detail: string; message: string };
      expect(detail).toMatch(/before/);
      expect(detail).toMatch(/reason/);
      expect(message).toContain('7');
    },
  );

  it('builds several images and variants, prepared by commands, each into its own value of the chart', async () => {
    const images: ImageSpec[] = [
      {
        name: 'app',
        context: '.',
        files: ['made'],
        prebuild: [['sh', '-c', 'echo made > made']],
        variants: [
          { name: 'cpu', tagSuffix: '' },
          { name: 'gpu', buildArgs: { KIND: 'gpu' } },
        ],
      },
      { name: 'team/worker', context: 'worker', imageValue: 'worker.image' },
    ];
    const files = {
      Dockerfile: 'FROM scratch\nARG KIND=cpu\nLABEL kind=$KIND\nCOPY . /\n',
      secret: 's',
      'worker/Dockerfile': 'FROM scratch\nCOPY Dockerfile /\n',
    };
    const { info, asked, registries } = await release(images, files);
    const { registry } = asked;
    expect(info.images?.map(({ image }) => image)).toEqual([
      `${registry}/app:v1`,
      `${registry}/app:v1-gpu`,
      `${registry}/team/worker:v1`,
    ]);
    for (const { image, digest } of info.images ?? []) {
      expect((await registries.open(image).stat(image.replace(/.*:/, '').replace('v1', 'latest')))?.digest).toBe(
        digest,
      );
    }
    expect(new Set(info.images?.map(({ digest }) => digest)).size).toBe(3);
    const packed = (await import('node:zlib')).gunzipSync(await readFile(info.chart.path)).toString();
    expect(packed).toContain(`image: ${info.images?.[0]?.imageByDigest}\n`);
    expect(packed).toContain(`  image: ${info.images?.[2]?.imageByDigest}\n`);
  });

  it.each(['classic', 'buildkit'] as const)(
    'makes an index of several platforms on the %s builder',
    async (backend) => {
      const files = { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' };
      const platforms = ['linux/amd64', 'linux/arm64'];
      const { info, registries } = await release([{ name: 'app', context: '.', platforms }], files, { backend });
      const index = await registries.open(info.image).readManifest(info.digest ?? '');
      expect(index?.manifest.manifests?.map(({ platform }) => `${platform?.os}/${platform?.architecture}`)).toEqual(
        platforms,
      );
    },
  );

  it('local releases the example twice under one tag, and pushes once', async () => {
    const example = fileURLToPath(new URL('../../../examples/tf-job-operator/', import.meta.url));
    const cwd = await tempFolder();
    const registry = `${LAB_REGISTRY}/${RUN}/${randomUUID()}`;
    const run = async () => {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const argv = ['local', '--repo', example, '--config', 'examples/tf-job-operator/seatrial.yaml', '--json'];
      argv.push(
        '--registry',
        registry,
        '--build-arg',
        `BASE_IMAGE=${LAB_BASE}`,
        '--releases-path',
        'file://./releases',
        '--chart-registry',
        `oci://${registry}/charts`,
      );
      const { PATH, DOCKER_HOST } = process.env;
      const env = { PATH, DOCKER_HOST, HOME: cwd };
      const signal = new AbortController().signal;
      const io = { env, cwd, stdin: new PassThrough(), stdout, stderr, signal, clock: machineClock };
      const code = await runCommand(command, argv, io);
      stdout.end();
      stderr.end();
      const [out, err] = [await text(stdout), await text(stderr)];
      expect(err).not.toMatch(/^error/m);
      expect(code).toBe(0);
      return { info: JSON.parse(out) as LocalInfo, err };
    };
    const first = await run();
    const second = await run();
    expect(second.info).toEqual(first.info);
    expect(first.err).toContain(`pushed ${first.info.image}`);
    const { ociUri = '', ociDigest = '' } = first.info.chart;
    expect(ociUri).toMatch(new RegExp(`^oci://${registry}/charts/tf-job-operator:.*${first.info.tag}$`));
    expect(first.err).toContain(`pushed ${ociUri}`);
    expect(second.err).toContain(`kept ${ociUri}`);
    const repository = createRegistries({ clock: machineClock }).open(ociUri.replace(/^oci:\/\/|:[^:/]*$/g, ''));
    const types = (await listReferrers(repository, ociDigest)).map(({ artifactType }) => artifactType);
    expect(types.sort()).toEqual(['application/vnd.cyclonedx+json', 'application/vnd.in-toto+json']);
    expect(second.err).toContain(`${first.info.image} is in the registry already`);
    expect(second.err).not.toContain('pushed ');
    expect(second.err).not.toContain('moved ');
  });
});
