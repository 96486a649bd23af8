import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { buildRelease, type ReleaseRequest } from './build-release.js';
import { parseBuildInfo } from './records/build-info.js';
import { createEngineBuilder } from './image/engine-builder.js';
import { type EngineAnswer, type EngineRequest, readFiles, startEngine } from './testing/engine-server.js';
import { createMemoryStore } from './testing/memory-store.js';
import { tempFolder } from './testing/temp-folder.js';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const COMMIT = 'c'.repeat(40);
const TAG = 'v20260102-ccccccc';
const VERSION = `0.1.0-${TAG}`;
const REFERENCE = `127.0.0.1:5000/team/app:${TAG}`;
const PUBLISHED = `gs://releases/${VERSION}/app-${VERSION}.tgz`;

const works = ({ path }: EngineRequest): EngineAnswer => {
  if (path.endsWith('/build')) return { events: [{ stream: 'Step 1/1\n' }, { aux: { ID: 'sha256:1' } }] };
  if (path.endsWith('/tag')) return { status: 201, body: {} };
  return { events: [{ aux: { Digest: DIGEST } }] };
};

async function source(more: Readonly<Record<string, string>> = {}): Promise<string> {
  const dir = await tempFolder();
  const files = {
    Dockerfile: 'FROM scratch\n',
    'chart/app/Chart.yaml': 'apiVersion: v2\nname: app # the name\nversion: 0.1.0\nappVersion: 0.1.0\n',
    'chart/app/values.yaml': '# Which image.\nimage: app:dev   # a comment\n\nother: "1"\n',
    'chart/app/templates/x.yaml': 'kind: {{ .Values.image }}\n',
    ...more,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

async function request(more: Partial<ReleaseRequest> = {}): Promise<ReleaseRequest> {
  return {
    sourceDir: await source(),
    commit: COMMIT,
    images: [{ name: 'app', context: '.' }],
    chart: { path: 'chart/app' },
    registry: '127.0.0.1:5000/team/',
    releasesUri: 'gs://releases/',
    tag: TAG,
    outDir: join(await tempFolder(), 'out'),
    ...more,
  };
}

async function filesOf(archive: string): Promise<Map<string, string>> {
  return readFiles(Readable.from([gunzipSync(await readFile(archive))]));
}

describe(buildRelease, () => {
  it('makes image, chart and record, and puts each where it belongs', async () => {
    const { docker, requests } = await startEngine(works);
    const store = createMemoryStore();
    const asked = await request();
    const info = await buildRelease({ ...asked, builder: createEngineBuilder(docker), store });

    const path = join(asked.outDir, `app-${VERSION}.tgz`);
    expect(info).toEqual({
      image: REFERENCE,
      digest: DIGEST,
      imageByDigest: `127.0.0.1:5000/team/app@${DIGEST}`,
      images: [{ name: 'app', image: REFERENCE, digest: DIGEST, imageByDigest: `127.0.0.1:5000/team/app@${DIGEST}` }],
      commit: COMMIT,
      tag: TAG,
      chart: {
        name: 'app',
        version: VERSION,
        path,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        uri: PUBLISHED,
      },
    });
    expect(
      requests.map((each) => `${each.path.replace(/^\/v[\d.]+/, '')} ${each.query.get('tag') ?? ''}`.trim()),
    ).toEqual([
      '/build',
      `/images/127.0.0.1:5000/team/app/push ${TAG}`,
      `/images/${REFERENCE}/tag latest`,
      '/images/127.0.0.1:5000/team/app/push latest',
    ]);
    expect(JSON.parse(requests[0]?.query.get('labels') ?? '')).toEqual({
      'org.opencontainers.image.revision': COMMIT,
      'org.opencontainers.image.version': TAG,
    });
    expect((await readdir(asked.outDir)).sort()).toEqual([`app-${VERSION}.tgz`, 'build_info.yaml']);
    expect(parseBuildInfo(await readFile(join(asked.outDir, 'build_info.yaml'), 'utf8'))).toMatchObject({
      image: REFERENCE,
      commit: COMMIT,
      helm_chart: PUBLISHED,
    });
    expect([...store.objects.keys()]).toEqual([PUBLISHED]);
    expect(Buffer.from(await store.read(PUBLISHED))).toEqual(await readFile(path));
  });

  it('puts the image into the chart by digest and keeps all else', async () => {
    const { docker } = await startEngine(works);
    const { chart } = await buildRelease({
      ...(await request()),
      builder: createEngineBuilder(docker),
      store: createMemoryStore(),
    });
    const files = await filesOf(chart.path);
    expect(files.get('app/values.yaml')).toBe(
      `# Which image.\nimage: 127.0.0.1:5000/team/app@${DIGEST}   # a comment\n\nother: "1"\n`,
    );
    expect(files.get('app/Chart.yaml')).toBe(
      `apiVersion: v2\nname: app # the name\nversion: ${VERSION}\nappVersion: ${TAG}\n`,
    );
    expect(files.get('app/templates/x.yaml')).toBe('kind: {{ .Values.image }}\n');
  });

  it('leaves the source as it is', async () => {
    const { docker } = await startEngine(works);
    const asked = await request();
    await buildRelease({ ...asked, builder: createEngineBuilder(docker), store: createMemoryStore() });
    expect(await readFile(join(asked.sourceDir, 'chart/app/values.yaml'), 'utf8')).toContain('image: app:dev ');
  });

  it('is the same when it is done again', async () => {
    const { docker } = await startEngine(works);
    const store = createMemoryStore();
    const asked = await request();
    const first = await buildRelease({ ...asked, builder: createEngineBuilder(docker), store });
    const generation = store.objects.get(PUBLISHED)?.generation;
    expect(await buildRelease({ ...asked, builder: createEngineBuilder(docker), store })).toEqual(first);
    expect(store.objects.get(PUBLISHED)?.generation).toBe(generation);
  });

  it('never replaces what is published; goes on without when told to keep it', async () => {
    const { docker } = await startEngine(works);
    const store = createMemoryStore();
    const asked = await request();
    await buildRelease({ ...asked, builder: createEngineBuilder(docker), store });
    const generation = store.objects.get(PUBLISHED)?.generation;
    const again = await startEngine((asking) =>
      asking.path.endsWith('/build') || asking.path.endsWith('/tag')
        ? works(asking)
        : { events: [{ aux: { Digest: `sha256:${'cd'.repeat(32)}` } }] },
    );
    await expect(buildRelease({ ...asked, builder: createEngineBuilder(again.docker), store })).rejects.toMatchObject({
      code: 'VERSION_EXISTS',
    });
    const kept = await buildRelease({
      ...asked,
      builder: createEngineBuilder(again.docker),
      store,
      ifPublished: 'keep',
    });
    expect(kept.chart.uri).toBe(PUBLISHED);
    expect(store.objects.get(PUBLISHED)?.generation).toBe(generation);
  });

  it('builds and packages only, when told not to push', async () => {
    const { docker, requests } = await startEngine(works);
    const store = createMemoryStore();
    const info = await buildRelease({
      ...(await request({ push: false })),
      builder: createEngineBuilder(docker),
      store,
    });
    expect(info).toMatchObject({ image: REFERENCE, chart: { version: VERSION } });
    expect([info.digest, info.imageByDigest, info.chart.uri]).toEqual([undefined, undefined, undefined]);
    expect((await filesOf(info.chart.path)).get('app/values.yaml')).toContain(`image: ${REFERENCE} `);
    expect(requests).toHaveLength(1);
    expect(store.objects.size).toBe(0);
  });

  it('publishes nothing when the push fails', async () => {
    const { docker } = await startEngine((asked) =>
      asked.path.endsWith('/push') ? { events: [{ error: 'denied: no' }] } : works(asked),
    );
    const store = createMemoryStore();
    const asked = await request();
    await expect(buildRelease({ ...asked, builder: createEngineBuilder(docker), store })).rejects.toThrow(
      expect.objectContaining({ code: 'DENIED' }) as Error,
    );
    expect(store.objects.size).toBe(0);
    expect(await readdir(asked.outDir)).toEqual([]);
  });

  it.each([
    ['no chart at the path', { chart: { path: 'no/chart' } }, 'INVALID_CHART'],
    ['a tag that no version can take', { tag: 'v1+x' }, 'INVALID_VERSION'],
  ])('rejects %s before it builds', async (_what, more, code) => {
    const { docker, requests } = await startEngine(works);
    const building = buildRelease({
      ...(await request(more)),
      builder: createEngineBuilder(docker),
      store: createMemoryStore(),
    });
    await expect(building).rejects.toThrow(expect.objectContaining({ code }) as Error);
    expect(requests).toEqual([]);
  });

  it('rejects a chart without the value for the image, before anything is built', async () => {
    const { docker, requests } = await startEngine(works);
    const asked = await request({ chart: { path: 'chart/app', imageValue: 'operator.image' } });
    await expect(
      buildRelease({ ...asked, builder: createEngineBuilder(docker), store: createMemoryStore() }),
    ).rejects.toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/chart\/app\/values.yaml has no image at "operator.image"$/) as string,
      }) as Error,
    );
    expect(requests).toEqual([]);
  });
});
