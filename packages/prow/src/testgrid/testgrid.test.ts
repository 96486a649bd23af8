import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForTest } from '@seatrial/cli/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { command } from '../commands.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-testgrid-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const testgrid = (line: string) => runForTest(command, ['testgrid', ...line.split(' ')], { cwd });
const put = (name: string, text: string) => writeFile(join(cwd, name), text);

const config = `test_groups:
- name: ci-widgets
  gcs_prefix: ci-logs/logs/ci-widgets
dashboards:
- name: acme
  dashboard_tab:
  - name: nightly
    test_group_name: ci-widgets
`;
const defaults = 'default_test_group: {days_of_results: 15, num_columns_recent: 10}\ndefault_dashboard_tab: {}\n';

describe('seatrial-prow testgrid', () => {
  it('adds what the jobs ask for, and prints it', async () => {
    await put('grid.yaml', config);
    await put('default.yaml', defaults);
    await put('config.yaml', 'plank: {}\n');
    await put(
      'jobs.yaml',
      `periodics:
- name: ci-nightly
  interval: 1h
  decorate: true
  decoration_config: {timeout: 2h, grace_period: 15s, utility_images: {clonerefs: a, initupload: b, entrypoint: c, sidecar: d}, gcs_configuration: {bucket: gs://ci-logs, path_strategy: explicit}}
  annotations: {testgrid-dashboards: acme}
  spec: {containers: [{image: node, command: [npm]}]}
`,
    );
    const line = '--config grid.yaml --default default.yaml --config-path config.yaml --job-config-path jobs.yaml';
    const printed = await testgrid(line);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    expect(parse(printed.stdout)).toMatchObject({
      test_groups: [{ name: 'ci-widgets' }, { name: 'ci-nightly', gcs_prefix: 'ci-logs/logs/ci-nightly' }],
      dashboards: [{ dashboard_tab: [{ name: 'nightly' }, { name: 'ci-nightly' }] }],
    });
    expect(await testgrid(`${line} --validate`)).toMatchObject({ code: 0, stdout: '2 test groups, 1 dashboards\n' });
    expect(JSON.parse((await testgrid(`${line} --json`)).stdout)).toMatchObject(parse(printed.stdout) as object);
  });

  it('takes the default.yaml of a folder for its own files', async () => {
    await mkdir(join(cwd, 'grid/sub'), { recursive: true });
    await put('grid/config.yaml', config);
    await put('grid/default.yaml', defaults);
    await put('grid/sub/config.yaml', config.replaceAll('ci-widgets', 'ci-other').replace('acme', 'other'));
    const { code, stderr } = await testgrid('--validate --config grid');
    expect(code).toBe(2);
    expect(stderr.match(/days_of_results/g)).toHaveLength(1);
    expect(stderr).toContain(`${join(cwd, 'grid/sub/config.yaml')}:2:3: test_groups[1].days_of_results`);
  });

  it('prints what is wrong and says so, without --validate', async () => {
    await put('grid.yaml', config);
    const printed = await testgrid('--config grid.yaml');
    expect(printed).toMatchObject({ code: 0, stderr: expect.stringContaining('grid.yaml:2:3') });
    expect(parse(printed.stdout)).toMatchObject({ test_groups: [{ name: 'ci-widgets' }] });
  });

  it.each([
    ['a field of another type', 'test_groups: [{name: 1}]', 'grid.yaml:1:22: test_groups.0.name'],
    ['text that is no YAML', 'a: [', 'grid.yaml: '],
  ])('names %s', async (_what, text, message) => {
    await put('grid.yaml', text);
    const ended = await testgrid('--config grid.yaml');
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  it.each([
    ['--validate', 'neither --config nor --config-path'],
    ['--config none.yaml', 'none.yaml cannot be read: ENOENT'],
  ])('refuses %s', async (line, message) => {
    expect(await testgrid(line)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});
