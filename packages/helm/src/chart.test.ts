import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readChart } from './chart-info.js';
import { copyChart } from './copy-chart.js';
import { editChart } from './chart-edit.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-chart-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function makeChart(files: Record<string, string> = {}): Promise<string> {
  const dir = join(folder, 'chart');
  const all = { 'Chart.yaml': 'apiVersion: v2\nname: demo\nversion: 0.1.0\n', 'values.yaml': 'image: a\n', ...files };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(join(dir, path, '..'), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  return dir;
}

describe(readChart, () => {
  it('reads what Chart.yaml says, versions as they are written', async () => {
    const dir = await makeChart({
      'Chart.yaml':
        'apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: 1.10\ndependencies:\n- {name: x, version: 1.x.x, repository: ""}\n',
    });
    expect(await readChart(dir)).toEqual({
      name: 'demo',
      version: '0.1.0',
      appVersion: '1.10',
      apiVersion: 'v2',
      type: 'application',
      description: undefined,
      dependencies: [{ name: 'x', version: '1.x.x', repository: '' }],
    });
  });

  it.each([
    ['no name', 'apiVersion: v2\nversion: 0.1.0\n', 1, 'name is missing'],
    ['a name with a folder', 'apiVersion: v2\nname: a/b\nversion: 0.1.0\n', 2, 'name "a/b" is not a plain file name'],
    ['no version', 'apiVersion: v2\nname: a\n', 1, 'version is missing'],
    [
      'a version that is none',
      'apiVersion: v2\nname: a\nversion: latest\n',
      3,
      'version "latest" is not a semantic version',
    ],
    ['another apiVersion', 'name: a\nversion: 0.1.0\napiVersion: v3\n', 3, 'apiVersion is neither v1 nor v2'],
    ['a text', 'hello\n', 1, 'expected fields, such as name and version'],
    ['nothing', '', 1, 'expected fields, such as name and version'],
  ])('rejects %s', async (_what, text, line, why) => {
    const dir = await makeChart({ 'Chart.yaml': text });
    const file = join(dir, 'Chart.yaml');
    await expect(readChart(dir)).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: `${file}:${line}: ${why}`,
      file,
      line,
    });
  });

  it('says which file is missing', async () => {
    await expect(readChart(folder)).rejects.toMatchObject({
      code: 'INVALID_CHART',
      message: `cannot read ${join(folder, 'Chart.yaml')}: there is no such file`,
    });
  });
});

describe(copyChart, () => {
  it('copies everything, links as what they point to, and leaves nothing of an earlier copy', async () => {
    const dir = await makeChart({ 'templates/a.yaml': 'a', '.helmignore': 'x', 'files/b': 'b' });
    await symlink('b', join(dir, 'files/link'));
    await symlink('files', join(dir, 'more'));
    const to = join(folder, 'copy');
    await copyChart(dir, to);
    await writeFile(join(to, 'left-over'), '');
    await copyChart(dir, to);
    expect((await readdir(to, { recursive: true })).sort()).toEqual([
      '.helmignore',
      'Chart.yaml',
      'files',
      'files/b',
      'files/link',
      'more',
      'more/b',
      'more/link',
      'templates',
      'templates/a.yaml',
      'values.yaml',
    ]);
    await writeFile(join(dir, 'files/b'), 'changed');
    expect(await readFile(join(to, 'files/link'), 'utf8')).toBe('b');
  });

  it('refuses a link out of the chart, and one to a folder around it', async () => {
    const dir = await makeChart();
    await symlink('/etc/hostname', join(dir, 'out'));
    await expect(copyChart(dir, join(folder, 'copy'))).rejects.toMatchObject({
      code: 'INVALID_CHART',
      file: join(dir, 'out'),
    });
    await rm(join(dir, 'out'));
    await symlink('.', join(dir, 'self'));
    await expect(copyChart(dir, join(folder, 'copy'))).rejects.toMatchObject({ code: 'INVALID_CHART' });
  });

  it('refuses to remove a folder that holds something else', async () => {
    const dir = await makeChart();
    await mkdir(join(folder, 'mine'));
    await writeFile(join(folder, 'mine/thesis'), '');
    await expect(copyChart(dir, join(folder, 'mine'))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await readdir(join(folder, 'mine'))).toEqual(['thesis']);
  });

  it.each(['.', 'chart', 'chart/sub'])('refuses to copy into %s, which holds the chart or lies in it', async (to) => {
    const dir = await makeChart();
    await expect(copyChart(dir, join(folder, to))).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});

describe(editChart, () => {
  it('changes both files and nothing else in them', async () => {
    const dir = await makeChart({
      'Chart.yaml': '# c\napiVersion: v2\nname: demo # n\nversion: "0.1.0"\nappVersion: 1.0\n',
      'values.yaml': '# v\nimage: a # i\n',
    });
    await editChart(dir, {
      version: '0.1.0-v1',
      appVersion: '1.20',
      values: { image: 'r/o:v1', 'pull.policy': 'Always' },
    });
    expect(await readFile(join(dir, 'Chart.yaml'), 'utf8')).toBe(
      '# c\napiVersion: v2\nname: demo # n\nversion: "0.1.0-v1"\nappVersion: "1.20"\n',
    );
    expect(await readFile(join(dir, 'values.yaml'), 'utf8')).toBe('# v\nimage: r/o:v1 # i\npull:\n  policy: Always\n');
    expect((await readdir(dir)).sort()).toEqual(['Chart.yaml', 'values.yaml']);
  });

  it('touches neither file when one cannot be edited', async () => {
    const dir = await makeChart({ 'values.yaml': 'image: [a]\n' });
    await expect(editChart(dir, { version: '9.9.9', values: { image: 'x' } })).rejects.toMatchObject({
      code: 'INVALID_CHART',
    });
    expect((await readChart(dir)).version).toBe('0.1.0');
  });

  it('refuses a version that helm would not take', async () => {
    const dir = await makeChart();
    await expect(editChart(dir, { version: 'latest' })).rejects.toMatchObject({ code: 'INVALID_CHART', line: 3 });
    expect((await readChart(dir)).version).toBe('0.1.0');
  });
});
