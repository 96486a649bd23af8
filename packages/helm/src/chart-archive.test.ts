import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageChart, readChartArchive } from './chart-archive.js';
import { findWorkspaceHelm } from './workspace-copy.js';

const run = promisify(execFile);
const helms = await Promise.all(
  ([4, 3] as const).map(async (major) => ({ major, path: await findWorkspaceHelm({ major }).catch(() => undefined) })),
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-archive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const files = {
  'Chart.yaml': '# kept\napiVersion: v2\nname: demo\nversion: 0.1.0\n',
  'values.yaml': 'msg: hi # kept\n',
  'templates/cm.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {msg: {{ .Values.msg | quote }}}\n',
  'templates/.cm.yaml.swp': 'x',
  'templates/NOTES.txt': 'hi\n',
  'crds/a.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n',
  'docs/a.md': 'a',
  'docs/ä.bin': 'ä',
  'secret.key': 'x',
  'build/out': 'x',
  'keep/build.txt': 'x',
  '.helmignore': '*.key\nbuild/\n# c\n',
  [`deep/${'d'.repeat(60)}/${'f'.repeat(80)}.txt`]: 'long name',
};

const chartYaml = (name: string, version = '1.0.0') => `apiVersion: v2\nname: ${name}\nversion: ${version}\n`;
/** Beside `sub`, which is missing, one in a folder of another name, one in that, and what helm passes over. */
const withDependencies = {
  'Chart.yaml':
    'apiVersion: v2\nname: demo\nversion: 0.1.0\ndependencies:\n- {name: fold, version: 1.0.0}\n- {name: sub, version: 1.0.0}\n',
  'Chart.lock': 'dependencies: []\n',
  'values.schema.json': '{}',
  'charts/renamed/Chart.yaml': chartYaml('fold'),
  'charts/renamed/a.md': 'x',
  'charts/renamed/charts/inner/Chart.yaml': chartYaml('innermost'),
  'charts/_passed/Chart.yaml': chartYaml('passed'),
  'charts/.hidden/a': 'x',
};

async function makeChart(name: string, all: Record<string, string> = files): Promise<string> {
  const dir = join(folder, name);
  for (const [path, text] of Object.entries(all)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

async function list(archive: string): Promise<string[]> {
  return (await run('tar', ['tzf', archive], { env: { ...process.env, LC_ALL: 'C.UTF-8' } })).stdout
    .trim()
    .split('\n')
    .map((line) => (line.startsWith('"') ? (JSON.parse(line) as string) : line));
}

describe(packageChart, () => {
  it('gives the same bytes for the same files, whatever their times, modes and order', async () => {
    const first = await packageChart(await makeChart('one'), join(folder, 'out1'));
    const dir = await makeChart('two', Object.fromEntries(Object.entries(files).reverse()));
    await chmod(join(dir, 'values.yaml'), 0o600);
    await utimes(join(dir, 'values.yaml'), 1, 1);
    const second = await packageChart(dir, join(folder, 'out2'));
    expect(await readFile(second.path)).toEqual(await readFile(first.path));
    expect(second).toEqual({ ...first, path: join(folder, 'out2', 'demo-0.1.0.tgz') });
    expect(await readdir(join(folder, 'out2'))).toEqual(['demo-0.1.0.tgz']);
  });

  it('leaves out what .helmignore names and keeps files as they are', async () => {
    const { path } = await packageChart(await makeChart('chart'), folder);
    expect((await list(path)).filter((name) => !name.includes('deep/'))).toEqual(
      [
        '.helmignore',
        'Chart.yaml',
        'crds/a.yaml',
        'docs/a.md',
        'docs/ä.bin',
        'keep/build.txt',
        'templates/NOTES.txt',
        'templates/cm.yaml',
        'values.yaml',
      ].map((name) => expect.stringMatching(new RegExp(`^demo/${name.replace('ä', '.*')}$`))),
    );
    expect((await run('tar', ['xzOf', path, 'demo/Chart.yaml'])).stdout).toBe(files['Chart.yaml']);
  });

  it('follows links inside the chart and refuses others', async () => {
    const dir = await makeChart('chart');
    await symlink('../values.yaml', join(dir, 'docs/values.md'));
    expect(await list((await packageChart(dir, folder)).path)).toContain('demo/docs/values.md');
    await symlink('/etc/hostname', join(dir, 'docs/host'));
    await expect(packageChart(dir, folder)).rejects.toMatchObject({
      code: 'INVALID_CHART',
      file: join(dir, 'docs/host'),
    });
  });

  it('refuses a chart whose dependencies are not there', async () => {
    const dir = await makeChart('chart', {
      'Chart.yaml':
        'apiVersion: v2\nname: demo\nversion: 0.1.0\ndependencies:\n- {name: x, version: 1.0.0, repository: ""}\n',
    });
    await expect(packageChart(dir, folder)).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: `${dir}: found in Chart.yaml, but missing in charts/: x`,
    });
    await mkdir(join(dir, 'charts/x'), { recursive: true });
    await writeFile(join(dir, 'charts/x/Chart.yaml'), 'apiVersion: v2\nname: x\nversion: 1.0.0\n');
    expect(await list((await packageChart(dir, folder)).path)).toEqual(['demo/Chart.yaml', 'demo/charts/x/Chart.yaml']);
  });

  it('refuses a file that helm would refuse to load', async () => {
    const dir = await makeChart('chart', { ...files, big: 'x'.repeat(5 * 1024 * 1024 + 1) });
    await expect(packageChart(dir, folder)).rejects.toMatchObject({ code: 'INVALID_CHART', file: join(dir, 'big') });
  });

  it('takes the dependencies of charts of v1 from requirements.yaml', async () => {
    const dir = await makeChart('chart', {
      'Chart.yaml': 'apiVersion: v1\nname: demo\nversion: 0.1.0\n',
      'requirements.yaml': 'dependencies:\n- name: x\n  version: 1.0.0\n',
    });
    await expect(packageChart(dir, folder)).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: `${dir}: found in requirements.yaml, but missing in charts/: x`,
    });
  });

  it('does not take a chart whose name only starts like it for a dependency', async () => {
    const dir = await makeChart('chart', withDependencies);
    await rm(join(dir, 'charts/renamed'), { recursive: true });
    await makeChart('chart/charts/fold-more', { 'Chart.yaml': chartYaml('fold-more') });
    await expect(packageChart(dir, folder)).rejects.toMatchObject({
      message: `${dir}: found in Chart.yaml, but missing in charts/: fold, sub`,
    });
  });

  it('refuses what is no chart in charts/', async () => {
    const dir = await makeChart('chart', { ...files, 'charts/README.md': 'x' });
    await expect(packageChart(dir, folder)).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: `${join(dir, 'charts/README.md')} is not a chart: it holds no Chart.yaml`,
    });
  });

  it('keeps two dependencies of one name as they are', async () => {
    const dir = await makeChart('chart');
    for (const version of ['1.0.0', '2.0.0']) {
      const sub = await makeChart(`sub-${version}`, { 'Chart.yaml': chartYaml('sub', version) });
      await packageChart(sub, join(dir, 'charts'));
    }
    const names = await list((await packageChart(dir, folder)).path);
    expect(names.filter((name) => name.startsWith('demo/charts/'))).toEqual([
      'demo/charts/sub-1.0.0.tgz',
      'demo/charts/sub-2.0.0.tgz',
    ]);
  });

  for (const { major, path: helm } of helms) {
    const title = `is taken by helm ${major} like its own, with the same files`;
    if (helm === undefined) {
      console.warn(`skipped: no helm ${major} for this machine`);
      it.skip(`${title} (SKIPPED: no helm ${major} for this machine)`, () => undefined);
      continue;
    }
    it(`packs dependencies as helm ${major} does`, async () => {
      const dir = await makeChart('chart', withDependencies);
      const sub = await makeChart('sub', {
        'Chart.yaml': chartYaml('sub'),
        'README.md': 'x',
        '.helmignore': '*.txt\n',
      });
      await mkdir(join(dir, 'charts'), { recursive: true });
      await rename((await packageChart(sub, folder)).path, join(dir, 'charts/any.tgz'));
      const ours = await packageChart(dir, join(folder, 'ours'));
      const env = { PATH: process.env['PATH'], HOME: folder };
      await run(helm, ['package', dir, '--destination', join(folder, 'theirs')], { env });
      expect((await list(ours.path)).sort()).toEqual((await list(join(folder, 'theirs/demo-0.1.0.tgz'))).sort());
      expect(await list(ours.path)).toContain('demo/charts/sub/README.md');
      const { stdout } = await run(helm, ['dependency', 'list', ours.path], { env });
      expect(stdout).toMatch(/^fold\s.*unpacked/m);
    });
    it(title, async () => {
      const dir = await makeChart('chart');
      const ours = await packageChart(dir, join(folder, 'ours'));
      const env = { PATH: process.env['PATH'], HOME: folder };
      await run(helm, ['package', dir, '--destination', join(folder, 'theirs')], { env });
      const theirs = join(folder, 'theirs', 'demo-0.1.0.tgz');
      expect((await list(ours.path)).sort()).toEqual((await list(theirs)).sort());
      await run(helm, ['lint', ours.path], { env });
      expect((await run(helm, ['show', 'values', ours.path], { env })).stdout).toContain('msg: hi # kept');
      const rendered = await run(helm, ['template', 'r', ours.path], { env });
      expect(rendered.stdout).toBe((await run(helm, ['template', 'r', theirs], { env })).stdout);
    });
  }
});

describe(readChartArchive, () => {
  it('reads back what was packed', async () => {
    const archive = await packageChart(await makeChart('chart'), folder);
    expect(await readChartArchive(archive.path)).toEqual(archive);
  });

  it.each([
    ['a file that is not there', undefined],
    ['a text', Buffer.from('hello')],
  ])('rejects %s', async (_what, body) => {
    const path = join(folder, 'a.tgz');
    if (body !== undefined) await writeFile(path, body);
    await expect(readChartArchive(path)).rejects.toMatchObject({ code: 'INVALID_CHART', file: path });
  });
});
