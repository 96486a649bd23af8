import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findHelm } from './binary.js';
import type { HelmBinary } from './binary.js';
import { createHelm } from './helm.js';
import { findWorkspaceHelm } from './workspace-copy.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-helm-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Answer {
  stdout?: string;
  stderr?: string;
  exitCode?: number;
}

/** A helm that records its calls and answers them in turn; the last answer stays. */
async function fakeHelm(
  major: 3 | 4,
  answers: readonly Answer[],
  options: { kubeconfig?: string | undefined } = { kubeconfig: '/run/kubeconfig' },
) {
  const path = join(folder, 'helm');
  const log = join(folder, 'calls');
  await writeFile(log, '');
  await writeFile(
    path,
    `#!${process.execPath}
const fs = require('node:fs');
const answers = ${JSON.stringify(answers)};
const count = fs.readFileSync(${JSON.stringify(log)}, 'utf8').split('\\n').length - 1;
fs.appendFileSync(${JSON.stringify(log)}, JSON.stringify({ args: process.argv.slice(2), env: process.env }) + '\\n');
const { stdout = '', stderr = '', exitCode = 0 } = answers[Math.min(count, answers.length - 1)];
process.stdout.write(stdout); process.stderr.write(stderr); process.exitCode = exitCode;`,
  );
  await chmod(path, 0o755);
  const binary: HelmBinary = { path, version: `${major}.0.0`, major };
  const lines: string[] = [];
  const helm = createHelm({
    binary,
    home: join(folder, 'home'),
    ...options,
    env: {
      PATH: process.env['PATH'],
      HOME: '/home/ada',
      HELM_NAMESPACE: 'x',
      HELM_KUBECONTEXT: 'y',
      KUBECONFIG: '/home/ada/k',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      HTTPS_PROXY: 'p',
    },
    onLine: (line) => lines.push(line),
  });
  const calls = async () =>
    (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { args: string[]; env: Record<string, string> });
  return { helm, lines, calls };
}

type HookRun = { phase: string; started_at?: string; completed_at?: string };
function release(hooks: Record<string, HookRun> = {}): string {
  return JSON.stringify({
    name: 'r',
    namespace: 'n',
    version: 2,
    info: {
      status: 'deployed',
      description: 'ok',
      first_deployed: '2026-11-23T22:49:41.236169924Z',
      last_deployed: '',
      notes: '',
    },
    manifest: '---\n',
    hooks: Object.entries(hooks).map(([name, last_run]) => ({ name, kind: 'Pod', events: ['test'], last_run })),
  });
}

const request = { release: 'r', namespace: 'n', chart: './chart', timeoutMs: 60_000 };

describe(createHelm, () => {
  it("gives every call the run's own home and kubeconfig, and nothing of the user's", async () => {
    const { helm, calls } = await fakeHelm(4, [{ stdout: '[]' }]);
    await helm.list();
    const home = join(folder, 'home');
    const { env } = (await calls())[0] ?? { env: {} };
    expect(env).toMatchObject({
      HOME: home,
      HELM_CACHE_HOME: join(home, 'cache'),
      HELM_CONFIG_HOME: join(home, 'config'),
      HELM_DATA_HOME: join(home, 'data'),
      HELM_REGISTRY_CONFIG: join(home, 'config/registry/config.json'),
      HELM_REPOSITORY_CONFIG: join(home, 'config/repositories.yaml'),
      HELM_REPOSITORY_CACHE: join(home, 'cache/repository'),
      KUBECONFIG: '/run/kubeconfig',
      HTTPS_PROXY: 'p',
      CLOUDSDK_CONFIG: '/home/ada/.config/gcloud',
    });
    expect(env).not.toHaveProperty('HELM_NAMESPACE');
    expect(env).not.toHaveProperty('HELM_KUBECONTEXT');
    expect(env).not.toHaveProperty('KUBERNETES_SERVICE_HOST');
  });

  it('does not go near a cluster without a kubeconfig', async () => {
    const { helm } = await fakeHelm(4, [{}], { kubeconfig: undefined });
    await expect(helm.install(request)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: 'install release "r": no kubeconfig given',
    });
  });

  it.each([
    [3, '--wait', '--atomic'],
    [4, '--wait=watcher', '--rollback-on-failure'],
  ] as const)('installs with the flags of helm %i', async (major, wait, rollback) => {
    const { helm, calls } = await fakeHelm(major, [{ stdout: release() }]);
    const info = await helm.install({
      ...request,
      wait: true,
      rollbackOnFailure: true,
      createNamespace: true,
      values: ['a.yaml', 'b.yaml'],
      set: { 'image.tag': 'a,b\\c', list: '{x}' },
      setString: { n: '1' },
    });
    expect((await calls())[0]?.args).toEqual([
      ...[
        'install',
        '--namespace',
        'n',
        '--output',
        'json',
        '--create-namespace',
        '--timeout',
        '60000ms',
        wait,
        rollback,
      ],
      ...[
        '--values',
        'a.yaml',
        '--values',
        'b.yaml',
        '--set',
        'image.tag=a\\,b\\\\c',
        '--set',
        'list=\\{x}',
        '--set-string',
        'n=1',
      ],
      ...['--', 'r', './chart'],
    ]);
    expect(info).toEqual({
      name: 'r',
      namespace: 'n',
      revision: 2,
      status: 'deployed',
      description: 'ok',
      firstDeployedMs: Date.parse('2026-11-23T22:49:41.236Z'),
      lastDeployedMs: undefined,
      notes: undefined,
      manifest: '---\n',
      hooks: [],
    });
  });

  it('upgrades what may be there when asked to', async () => {
    const { helm, calls } = await fakeHelm(4, [{ stdout: release() }]);
    await helm.install({ ...request, upgradeIfExists: true });
    await helm.upgrade(request);
    expect((await calls()).map(({ args }) => args.slice(0, 3))).toEqual([
      ['upgrade', '--install', '--namespace'],
      ['upgrade', '--namespace', 'n'],
    ]);
  });

  it('rejects output that is no release', async () => {
    const { helm } = await fakeHelm(4, [{ stdout: 'Release "r" has been upgraded' }]);
    await expect(helm.install(request)).rejects.toMatchObject({ code: 'UNREADABLE_OUTPUT', infrastructure: true });
  });

  it('tells a missing release from a failure', async () => {
    const { helm } = await fakeHelm(4, [{ stderr: 'Error: release: not found\n', exitCode: 1 }]);
    expect(await helm.status(request)).toBeUndefined();
    expect(await helm.history(request)).toEqual([]);
    expect(await helm.uninstall(request)).toBe(false);
    await expect(helm.test(request)).rejects.toMatchObject({ code: 'RELEASE_NOT_FOUND' });
  });

  it('lists releases in every state', async () => {
    const line = {
      name: 'r',
      namespace: 'n',
      revision: '3',
      updated: '',
      status: 'pending-install',
      chart: 'demo-0.1.0',
      app_version: '1',
    };
    const { helm, calls } = await fakeHelm(3, [{ stdout: JSON.stringify([line]) }]);
    expect(await helm.list({ namespace: 'n' })).toEqual([
      { name: 'r', namespace: 'n', revision: 3, status: 'pending-install', chart: 'demo-0.1.0', appVersion: '1' },
    ]);
    expect((await calls())[0]?.args).toEqual(['list', '--namespace', 'n', '--all', '--max', '0', '--output', 'json']);
  });

  const at = (second: number) => `2026-11-23T22:49:0${second}Z`;
  const ran = (phase: string, second: number): HookRun => ({
    phase,
    started_at: at(second),
    completed_at: at(second + 1),
  });

  it('returns how each test hook ended in this run, with its log', async () => {
    const { helm, lines } = await fakeHelm(4, [
      { stdout: release({ a: { phase: '' }, b: ran('Succeeded', 1), c: ran('Succeeded', 1) }) },
      {
        stdout: 'NAME: r\n\nPOD LOGS: a\nhello\nworld\n\nPOD LOGS: b\n\n',
        stderr: 'Error: resource Pod/n/b not ready. status: Failed, message: pod b failed\n',
        exitCode: 1,
      },
      { stdout: release({ a: ran('Succeeded', 3), b: ran('Failed', 5), c: ran('Succeeded', 1) }) },
    ]);
    expect(await helm.test(request)).toEqual([
      {
        name: 'a',
        phase: 'Succeeded',
        startedMs: Date.parse(at(3)),
        completedMs: Date.parse(at(4)),
        log: 'hello\nworld',
      },
      { name: 'b', phase: 'Failed', startedMs: Date.parse(at(5)), completedMs: Date.parse(at(6)), log: '' },
      { name: 'c', phase: 'Unknown' }, // its success is that of an earlier run
    ]);
    expect(lines).toContain('hello');
  });

  it('does not fail for a log that cannot be had', async () => {
    const { helm } = await fakeHelm(3, [
      { stdout: release({ a: { phase: '' } }) },
      { stderr: 'Error: unable to get pod logs for a: pods "a" not found\n', exitCode: 1 },
      { stdout: release({ a: ran('Succeeded', 3) }) },
    ]);
    expect(await helm.test(request)).toMatchObject([{ name: 'a', phase: 'Succeeded', log: undefined }]);
  });

  it('fails when helm test fails for another reason than a test', async () => {
    const { helm } = await fakeHelm(3, [
      { stdout: release({ a: { phase: '' } }) },
      { stderr: 'Error: pods is forbidden: User "x" cannot create\n', exitCode: 1 },
      { stdout: release({ a: { phase: '' } }) },
    ]);
    await expect(helm.test(request)).rejects.toMatchObject({ code: 'DENIED' });
  });

  it.each([
    [undefined, 'the chart has no test hook'],
    [['b'], 'the chart has no test hook named b'],
  ])('does not take no test for a pass (only: %j)', async (only, why) => {
    const { helm } = await fakeHelm(3, [{ stdout: release(only === undefined ? {} : { a: ran('Succeeded', 1) }) }]);
    await expect(helm.test({ ...request, ...(only === undefined ? {} : { only }) })).rejects.toMatchObject({
      code: 'NO_TESTS',
      message: `test release "r": ${why}`,
    });
  });

  it.each([
    [['deployed'], 'nothing', ['history']],
    [['superseded', 'deployed', 'failed'], 'nothing', ['history']],
    [[], 'nothing', ['history']],
    [['pending-install'], 'uninstalled', ['history', 'uninstall']],
    [['superseded', 'deployed', 'pending-upgrade'], 'rolled-back', ['history', 'rollback']],
    [['superseded', 'deployed', 'pending-rollback'], 'rolled-back', ['history', 'rollback']],
    [['failed', 'pending-upgrade'], 'uninstalled', ['history', 'uninstall']],
    [['superseded', 'uninstalling'], 'uninstalled', ['history', 'uninstall']],
  ])('recovers a release with revisions %j: %s', async (states, recovery, verbs) => {
    const revisions = states.map((status, index) => ({
      revision: index + 1,
      status,
      chart: 'c',
      app_version: '',
      description: '',
      updated: at(1),
    }));
    const { helm, calls } = await fakeHelm(4, [{ stdout: JSON.stringify(revisions) }]);
    expect(await helm.recover(request)).toBe(recovery);
    const made = await calls();
    expect(made.map(({ args }) => args[0])).toEqual(verbs);
    if (recovery === 'rolled-back') expect(made[1]?.args.slice(-2)).toEqual(['r', '2']);
  });
});

describe('labels of a release', () => {
  const labels = { 'seatrial.dev/run': 'r1', team: 'a' };

  it('are given on install and upgrade, and asked for in a list', async () => {
    const { helm, calls } = await fakeHelm(4, [{ stdout: release() }, { stdout: release() }, { stdout: '[]' }]);
    await helm.install({ ...request, labels });
    await helm.upgrade({ ...request, labels });
    await helm.list({ labels });
    const made = (await calls()).map(({ args }) => args.join(' '));
    expect(made[0]).toContain(' --labels seatrial.dev/run=r1,team=a ');
    expect(made[1]).toContain(' --labels seatrial.dev/run=r1,team=a ');
    expect(made[2]).toContain(' --selector seatrial.dev/run=r1,team=a ');
  });

  it.each<Record<string, string>>([
    { 'a b': 'c' },
    { a: 'b,c=d' },
    { owner: 'me' },
    { a: '-' },
    { '': 'a' },
    { a: 'x'.repeat(64) },
  ])('rejects %j before anything runs', async (wrong) => {
    const { helm, calls } = await fakeHelm(4, [{ stdout: '[]' }]);
    await expect(helm.install({ ...request, labels: wrong })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(helm.recover({ ...request, labels: wrong })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    await expect(calls()).rejects.toThrow(); // an empty log is not JSON
  });
});

const helms = await Promise.all(
  ([4, 3] as const).map(async (major) => ({ major, path: await findWorkspaceHelm({ major }).catch(() => undefined) })),
);
for (const { major, path } of helms) {
  if (path === undefined) console.warn(`skipped: no helm ${major} for this machine`);
  const skipped = path === undefined ? ` (SKIPPED: no helm ${major} for this machine)` : '';
  describe.skipIf(path === undefined)(`helm ${major} itself${skipped}`, () => {
    async function realHelm(kubeconfig?: string) {
      const binary = await findHelm({ flag: path, env: {} });
      expect(binary.major).toBe(major);
      return createHelm({ binary, home: join(folder, 'home'), kubeconfig, env: { PATH: process.env['PATH'] } });
    }
    async function makeChart(
      template = 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {image: {{ .Values.image | quote }}}\n',
    ) {
      const dir = join(folder, 'chart');
      await mkdir(join(dir, 'templates'), { recursive: true });
      await writeFile(join(dir, 'Chart.yaml'), 'apiVersion: v2\nname: demo\nversion: 0.1.0\n');
      await writeFile(join(dir, 'values.yaml'), 'image: a\n');
      await writeFile(join(dir, 'templates/a.yaml'), template);
      return dir;
    }

    it('renders a chart, values as they are given', async () => {
      const helm = await realHelm();
      const rendered = await helm.template(await makeChart(), { set: { image: 'r/o:v1,{x}\\' } });
      expect(rendered).toContain(`image: ${JSON.stringify('r/o:v1,{x}\\')}`);
    });

    it('finds nothing wrong with a good chart, and says what is wrong with a bad one', async () => {
      const helm = await realHelm();
      expect(await helm.lint(await makeChart())).toMatchObject({
        passed: true,
        messages: expect.arrayContaining([{ severity: 'info', path: 'Chart.yaml', text: 'icon is recommended' }]),
      });
      const report = await helm.lint(await makeChart('a: {{ .Values.x.y }}\n'));
      expect(report.passed).toBe(false);
      expect(report.messages.find(({ severity }) => severity === 'error')).toMatchObject({
        path: 'templates/',
        text: expect.stringContaining('nil pointer evaluating'),
      });
    });

    it.each([
      ['a template that fails', 'a: {{ .Values.x.y }}\n', 'NOT_RENDERED'],
      ['a template that does not parse', 'a: {{ if }}\n', 'NOT_RENDERED'],
      ['a template that renders no YAML', 'a: [\n', 'NOT_RENDERED'],
      ['a required value', 'a: {{ required "say it" .Values.x }}\n', 'NOT_RENDERED'],
      ['a failed demand', 'a: {{ fail "no" }}\n', 'NOT_RENDERED'],
    ])('classifies %s', async (_what, template, code) => {
      const helm = await realHelm();
      await expect(helm.template(await makeChart(template))).rejects.toMatchObject({
        code,
        childExitCode: 1,
        infrastructure: false,
      });
    });

    it('classifies what is no chart', async () => {
      const helm = await realHelm();
      await expect(helm.template(join(folder, 'nope'))).rejects.toMatchObject({ code: 'INVALID_CHART' });
      await mkdir(join(folder, 'empty'));
      await expect(helm.template(join(folder, 'empty'))).rejects.toMatchObject({ code: 'INVALID_CHART' });
    });

    it('classifies a cluster that is not there', async () => {
      const kubeconfig = join(folder, 'kubeconfig');
      await writeFile(
        kubeconfig,
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Config',
          clusters: [{ name: 'a', cluster: { server: 'https://127.0.0.1:1' } }],
          contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
          users: [{ name: 'a', user: {} }],
          'current-context': 'a',
        }),
        { mode: 0o600 },
      );
      const helm = await realHelm(kubeconfig);
      await expect(helm.install({ ...request, chart: await makeChart() })).rejects.toMatchObject({
        code: 'UNREACHABLE',
        infrastructure: true,
      });
    });
  });
}
