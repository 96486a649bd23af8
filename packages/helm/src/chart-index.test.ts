import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore, storeOptionsFromEnv } from '@seatrial/storage';
import type { ObjectStore } from '@seatrial/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageChart } from './chart-archive.js';
import { updateChartIndex } from './chart-index.js';
import { publishChart } from './chart-publish.js';
import { findWorkspaceHelm } from './workspace-copy.js';

const run = promisify(execFile);

let folder: string;
let releasesUri: string;
let store: ObjectStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-index-'));
  releasesUri = `file://${folder}/bucket`;
  store = createObjectStore();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function publish(name: string, version: string, more = '', to: ObjectStore = store, uri = releasesUri) {
  const dir = join(folder, `${name}-${version}`);
  await mkdir(join(dir, 'templates'), { recursive: true });
  await writeFile(join(dir, 'Chart.yaml'), `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`);
  await writeFile(join(dir, 'templates/cm.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
  const archive = await packageChart(dir, join(folder, 'out'));
  await publishChart(to, { archive, releasesUri: uri });
  return archive;
}

interface Index {
  readonly entries: Record<string, readonly Record<string, unknown>[]>;
}
const readIndex = async (from: ObjectStore = store, uri = releasesUri) =>
  parse(await from.readText(`${uri}/index.yaml`)) as Index;
const versionsOf = ({ entries }: Index, name: string) => entries[name]?.map(({ version }) => version);

/** A store that lets somebody else in between reading the index and writing it, so many times. */
function busy(inner: ObjectStore, times: number, meanwhile: () => Promise<unknown>): ObjectStore {
  let left = times;
  return {
    ...inner,
    write: async (uri, body, options) => {
      if (uri.endsWith('/index.yaml') && left > 0) {
        left -= 1;
        await meanwhile();
      }
      return inner.write(uri, body, options);
    },
  };
}

describe(updateChartIndex, () => {
  it('lists everything published, newest first, with what helm reads of Chart.yaml', async () => {
    const { sha256 } = await publish(
      'demo',
      '0.1.0-v1',
      'appVersion: 1.10\nhome: https://example.com\nkeywords: [a]\nmadeUp: x\nmaintainers:\n- {name: Ada, phone: "1"}\n',
    );
    await publish('demo', '0.2.0+b.1');
    await publish('other', '1.0.0');
    await store.write(`${releasesUri}/latest/demo-latest.tgz`, 'x');
    const added = ['0.1.0-v1/demo-0.1.0-v1.tgz', '0.2.0%2Bb.1/demo-0.2.0%2Bb.1.tgz', '1.0.0/other-1.0.0.tgz'];
    const indexUri = `${releasesUri}/index.yaml`;
    expect(await updateChartIndex(store, { releasesUri: `${releasesUri}/` })).toEqual({ indexUri, added, skipped: [] });
    const index = await readIndex();
    expect(versionsOf(index, 'demo')).toEqual(['0.2.0+b.1', '0.1.0-v1']);
    expect(versionsOf(index, 'other')).toEqual(['1.0.0']);
    expect(index.entries['demo']?.[1]).toEqual({
      name: 'demo',
      version: '0.1.0-v1',
      apiVersion: 'v2',
      appVersion: '1.10',
      home: 'https://example.com',
      keywords: ['a'],
      maintainers: [{ name: 'Ada' }],
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      digest: sha256,
      urls: ['0.1.0-v1/demo-0.1.0-v1.tgz'],
    });
  });

  it('leaves entries that are there as they are, and writes nothing when nothing is missing', async () => {
    const there =
      '# by hand\napiVersion: v1\nentries:\n  demo:\n  - name: demo\n    version: 0.1.0 # first\n    urls: [https://example.com/r/0.1.0/demo-0.1.0.tgz]\n    digest: abc\n';
    await store.write(`${releasesUri}/index.yaml`, there);
    await publish('demo', '0.1.0');
    expect(await updateChartIndex(store, { releasesUri })).toMatchObject({ added: [] });
    expect(await store.readText(`${releasesUri}/index.yaml`)).toBe(there);
    await publish('demo', '0.0.9');
    await updateChartIndex(store, { releasesUri });
    const after = await store.readText(`${releasesUri}/index.yaml`);
    expect(after).toContain('# by hand\n');
    expect(after).toContain('version: 0.1.0 # first\n');
    expect((await readIndex()).entries['demo']).toMatchObject([
      { version: '0.1.0', digest: 'abc' },
      { version: '0.0.9' },
    ]);
  });

  it('looks at nothing but the charts it is told of, where there is an index', async () => {
    await publish('demo', '0.1.0');
    let lists = 0;
    const counting: ObjectStore = {
      ...store,
      list: (...asked) => {
        lists += 1;
        return store.list(...asked);
      },
    };
    const add = (version: string) =>
      updateChartIndex(counting, { releasesUri, charts: [`${releasesUri}/${version}/demo-${version}.tgz`] });
    expect(await add('0.1.0')).toMatchObject({ added: ['0.1.0/demo-0.1.0.tgz'] });
    expect(lists).toBe(1); // there was no index yet
    await publish('demo', '0.2.0');
    await publish('demo', '0.3.0');
    expect(await add('0.3.0')).toMatchObject({ added: ['0.3.0/demo-0.3.0.tgz'] });
    expect(await add('0.3.0')).toMatchObject({ added: [] });
    expect(versionsOf(await readIndex(), 'demo')).toEqual(['0.3.0', '0.1.0']);
    expect(lists).toBe(1);
  });

  it('loses no entry when others publish at the same time', async () => {
    await updateChartIndex(store, { releasesUri });
    const versions = Array.from({ length: 8 }, (_, index) => `0.${index}.0`);
    await Promise.all(
      versions.map(async (version) => {
        await publish('demo', version);
        await updateChartIndex(store, { releasesUri });
      }),
    );
    expect(versionsOf(await readIndex(), 'demo')?.toSorted()).toEqual(versions);
  });

  it('reads anew what another one has replaced', async () => {
    await publish('demo', '0.1.0');
    const foreign = 'apiVersion: v1\nentries:\n  theirs:\n  - {name: theirs, version: 1.0.0, urls: [x.tgz]}\n';
    const waits: number[] = [];
    const clock = { now: () => 0, sleep: async (ms: number) => void waits.push(ms) };
    const contested = busy(store, 1, () => store.write(`${releasesUri}/index.yaml`, foreign));
    await updateChartIndex(contested, { releasesUri, clock, random: () => 0.5 });
    expect(Object.keys((await readIndex()).entries)).toEqual(['theirs', 'demo']);
    expect(waits).toEqual([100]);
  });

  it('gives up when others are always faster', async () => {
    await publish('demo', '0.1.0');
    let count = 0;
    const contested = busy(store, 99, () =>
      store.write(`${releasesUri}/index.yaml`, `apiVersion: v1\nentries: {}\n# ${(count += 1)}\n`),
    );
    const clock = { now: () => 0, sleep: async () => {} };
    await expect(updateChartIndex(contested, { releasesUri, clock })).rejects.toMatchObject({
      code: 'INDEX_BUSY',
      infrastructure: true,
    });
    expect(count).toBe(20);
  });

  it('leaves out what is no chart or another one, and says so', async () => {
    await publish('demo', '0.1.0');
    await store.write(`${releasesUri}/1/bad-1.tgz`, 'no chart');
    await store.write(`${releasesUri}/0.2.0/demo-0.2.0.tgz`, await store.read(`${releasesUri}/0.1.0/demo-0.1.0.tgz`));
    const { added, skipped } = await updateChartIndex(store, { releasesUri });
    expect(added).toEqual(['0.1.0/demo-0.1.0.tgz']);
    expect(skipped).toEqual([
      { uri: `${releasesUri}/0.2.0/demo-0.2.0.tgz`, reason: 'it is demo 0.1.0' },
      { uri: `${releasesUri}/1/bad-1.tgz`, reason: expect.stringContaining('it is not gzip') },
    ]);
  });

  it.each([
    ['broken YAML', 'a: ['],
    ['another version of the format', 'apiVersion: v2\nentries: {}\n'],
    ['entries that are a list', 'apiVersion: v1\nentries: []\n'],
    ['an entry that is a text', 'apiVersion: v1\nentries: {a: b}\n'],
  ])('does not replace an index with %s', async (_what, text) => {
    await publish('demo', '0.1.0');
    await store.write(`${releasesUri}/index.yaml`, text);
    await expect(updateChartIndex(store, { releasesUri })).rejects.toMatchObject({
      code: 'INVALID_INDEX',
      file: `${releasesUri}/index.yaml`,
    });
    expect(await store.readText(`${releasesUri}/index.yaml`)).toBe(text);
  });

  it('stops when it is aborted', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(updateChartIndex(store, { releasesUri, signal })).rejects.toThrow('stop');
  });

  it('works on a bucket, with two publishers at once', async () => {
    await using sandbox = await startSandbox({ docker: 'off' });
    const bucket = createObjectStore(storeOptionsFromEnv(sandbox.env));
    const uri = 'gs://seatrial-releases/charts';
    await Promise.all(
      ['0.1.0', '0.2.0'].map(async (version) => {
        await publish('demo', version, '', bucket, uri);
        await updateChartIndex(bucket, { releasesUri: uri });
      }),
    );
    expect(versionsOf(await readIndex(bucket, uri), 'demo')).toEqual(['0.2.0', '0.1.0']);
  });

  for (const major of [4, 3] as const) {
    it(`writes what helm ${major} adds as a repository and pulls from`, async ({ skip }) => {
      const helm = await findWorkspaceHelm({ major }).catch(() => undefined);
      if (helm === undefined) return skip(`no helm ${major} for this machine`);
      await publish('demo', '0.1.0', 'appVersion: 1.10\nmadeUp: x\nannotations: {a: b}\n');
      const archive = await publish('demo', '0.2.0-rc.1+b.5');
      await updateChartIndex(store, { releasesUri });
      const server = createServer((request, response) => {
        readFile(join(folder, 'bucket', decodeURIComponent(request.url ?? ''))).then(
          (body) => response.end(body),
          () => response.writeHead(404).end(),
        );
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const env = { PATH: process.env['PATH'], HOME: join(folder, 'home') };
        await run(helm, ['repo', 'add', 'ours', url], { env });
        const found = await run(helm, ['search', 'repo', 'ours/demo', '--versions', '--devel', '-o', 'json'], { env });
        expect(JSON.parse(found.stdout)).toMatchObject([
          { version: '0.2.0-rc.1+b.5' },
          { version: '0.1.0', app_version: '1.10' },
        ]);
        await run(helm, ['pull', 'ours/demo', '--version', '0.2.0-rc.1+b.5', '-d', folder], { env });
        expect(await readFile(join(folder, 'demo-0.2.0-rc.1+b.5.tgz'))).toEqual(await readFile(archive.path));
      } finally {
        server.close();
      }
    });
  }
});
