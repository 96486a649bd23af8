import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageChart } from '@seatrial/helm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readChartDefinitions } from './chart-definitions.js';

const definition = (name: string): string =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;

let dir: string;
const write = async (path: string, text: string): Promise<void> => {
  await mkdir(join(dir, path, '..'), { recursive: true });
  await writeFile(join(dir, path), text);
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chart-'));
  await write('op/Chart.yaml', 'apiVersion: v2\nname: op\nversion: 1.0.0\n');
  await write('op/crds/two.yaml', `${definition('a.example.com')}---\n${definition('b.example.com')}`);
  await write('op/crds/notes.yaml', 'kind: ConfigMap\napiVersion: v1\n');
  await write('op/charts/sub/Chart.yaml', 'apiVersion: v2\nname: sub\nversion: 1.0.0\n');
  await write('op/charts/sub/crds/deep/c.yaml', definition('c.example.com'));
  await write('op/templates/d.yaml', definition('d.example.com'));
});
afterEach(() => rm(dir, { recursive: true }));

const names = async (chart: string): Promise<readonly (string | undefined)[]> =>
  (await readChartDefinitions(chart)).map(({ metadata }) => metadata.name).sort();

describe(readChartDefinitions, () => {
  it("reads crds/ of a chart and of its subcharts, and not what is helm's own", async () => {
    expect(await names(join(dir, 'op'))).toEqual(['a.example.com', 'b.example.com', 'c.example.com']);
  });

  it('reads an archive', async () => {
    const { path } = await packageChart(join(dir, 'op'), dir);
    expect(await names(path)).toEqual(['a.example.com', 'b.example.com', 'c.example.com']);
  });

  it('finds none in a chart that is elsewhere or missing', async () => {
    expect(await names('oci://registry.example.com/op:1.0.0')).toEqual([]);
    expect(await names(join(dir, 'missing'))).toEqual([]);
  });

  it('names the file that is not YAML', async () => {
    await write('op/crds/bad.yaml', 'a: [');
    await expect(names(join(dir, 'op'))).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('bad.yaml'),
    });
  });
});
