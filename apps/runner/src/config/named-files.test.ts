import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireNamedFiles } from './named-files.js';
import { type Config, configSchema } from './schema.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'named-files-'));
  for (const path of ['Dockerfile', 'charts/op/Chart.yaml', 'ci/values.yaml', 'ci/job.yaml']) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), '');
  }
});
afterAll(() => rm(dir, { recursive: true }));

const configOf = (fields: Record<string, unknown>): Config =>
  configSchema.parse({ version: 1, name: 'op', image: { name: 'op' }, chart: { path: 'charts/op' }, ...fields });

const wrong = {
  image: { name: 'op', context: 'ci' },
  chart: { path: 'chart' },
  deploy: { values: ['ci/values.yaml', 'ci/missing.yaml'] },
  clusters: [{ name: 'old' }, { name: 'new' }],
  tests: [
    { name: 'job', type: 'custom-resource', template: 'ci/job.yaml' },
    { name: 'cron', type: 'custom-resource', template: 'ci' },
  ],
};

const detailOf = async (config: Config, tasks: readonly string[]): Promise<string | undefined> => {
  const error = await requireNamedFiles(config, { dir, tasks: new Set(tasks) }).catch((thrown: unknown) => thrown);
  return (error as { readonly detail?: string } | undefined)?.detail?.replaceAll(`${dir}/`, '');
};

describe(requireNamedFiles, () => {
  it('is content with what is there', async () => {
    const config = configOf({ deploy: { values: ['ci/values.yaml'] } });
    await requireNamedFiles(config, { dir, tasks: new Set(['build', 'deploy']) });
  });

  it('names every file that is missing, by its field', async () => {
    expect(await detailOf(configOf(wrong), ['build', 'deploy-old', 'cron-new', 'job-new'])).toBe(
      [
        'image.dockerfile: there is no file ci/Dockerfile',
        'chart.path: there is no file chart/Chart.yaml',
        'deploy.values[1]: there is no file ci/missing.yaml',
        'tests[1].template: there is no file ci',
      ].join('\n'),
    );
  });

  it('looks only for what the tasks to run read', async () => {
    expect(await detailOf(configOf(wrong), ['deploy-old'])).toBe('deploy.values[1]: there is no file ci/missing.yaml');
    expect(await detailOf(configOf(wrong), ['clone', 'job-new'])).toBeUndefined();
  });

  it('tells images of several apart', async () => {
    const images = [{ name: 'op' }, { name: 'sidecar', dockerfile: 'sidecar.Dockerfile' }];
    expect(await detailOf(configOf({ image: undefined, images }), ['build'])).toBe(
      'images[1].dockerfile: there is no file sidecar.Dockerfile',
    );
  });

  it('looks for nothing where a program is run first that may make it', async () => {
    const image = { name: 'op', dockerfile: 'made', prebuild: [['make', 'made']] };
    expect(await detailOf(configOf({ image }), ['build'])).toBeUndefined();
  });
});
