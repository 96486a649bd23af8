import type { CommandIo } from '@seatrial/cli';
import { runCommand } from '@seatrial/cli';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { command } from './commands.js';

let server: FakeKube;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'deploy-'));
  server = new FakeKube();
  await server.start();
});
afterEach(async () => {
  await server.stop();
  await rm(dir, { recursive: true });
});

async function run(
  argv: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const io: CommandIo = { env, cwd: dir, stdin: new PassThrough(), stdout, stderr, signal, clock: new ManualClock() };
  const code = await runCommand(command, argv, io);
  stdout.end();
  stderr.end();
  return { code, out: await text(stdout), err: await text(stderr) };
}

describe('seatrial-deploy', () => {
  const job = 'apiVersion: kubeflow.org/v1\nkind: TFJob\nmetadata:\n  name: ${name}\nspec:\n  workers: ${workers}\n';
  const place = (): string[] => ['--provider', 'kubeconfig', '--kubeconfig', server.kubeconfig];

  it.each([
    ['Succeeded', 0, 'passed  reach Succeeded'],
    ['Failed', 1, 'FAILED  reach Succeeded'],
  ])('runs a custom resource that ends %s with exit code %i, and writes the report', async (condition, code, line) => {
    await writeFile(join(dir, 'job.yaml'), job);
    server.onChange = (type, { kind, metadata }) => {
      if (kind !== 'TFJob' || type !== 'created') return;
      server.change(
        'TFJob',
        metadata.name,
        (one) => (one['status'] = { conditions: [{ type: condition, status: 'True' }] }),
      );
    };
    const argv = [
      'run-job',
      ...place(),
      '--spec',
      'job.yaml',
      '--param',
      'workers=2',
      '--junit_path',
      'out/junit_job.xml',
    ];
    const result = await run(argv);
    expect(result.code).toBe(code);
    expect(result.out).toContain(line);
    expect(await readFile(join(dir, 'out/junit_job.xml'), 'utf8')).toContain('name="reach Succeeded"');
    expect(server.find('TFJob', 'trial')).toBeUndefined();
  });

  it('exits with 2 and says which parameters a template misses', async () => {
    await writeFile(join(dir, 'job.yaml'), job);
    const { code, err } = await run(['run-job', ...place(), '--spec', 'job.yaml']);
    expect(code).toBe(2);
    expect(err).toContain('the template uses undefined parameters: workers');
  });

  it('O6: says which flags are missing for a GKE cluster', async () => {
    const { code, err } = await run(['teardown', '--project', 'p']);
    expect(code).toBe(2);
    expect(err).toContain('missing for provider gke: --zone, --cluster');
  });

  it('O7: records a failed setup in the report and raises it', async () => {
    await mkdir(join(dir, 'chart'));
    await writeFile(join(dir, 'chart/Chart.yaml'), 'apiVersion: v2\nname: op\nversion: 0.1.0\n');
    const argv = [
      'setup',
      ...place(),
      '--chart',
      'chart',
      '--helm',
      join(dir, 'no-helm'),
      '--junit-path',
      'junit_setup.xml',
    ];
    const { code } = await run(argv);
    expect(code).not.toBe(0);
    const report = await readFile(join(dir, 'junit_setup.xml'), 'utf8');
    expect(report).toContain('name="install chart"');
    expect(report).toMatch(/<(failure|error) /);
  });

  it('waits for any object, by any name of its kind, and prints it', async () => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'op', namespace: 'seatrial' },
      status: { phase: 'Odd', updatedReplicas: 1, availableReplicas: 1, replicas: 1 },
    };
    server.put(deployment);
    for (const name of ['deployment/op', 'Deployments/op', 'deployments.apps/op', 'deployment.v1.apps/op']) {
      expect(await run(['wait', name, ...place()])).toMatchObject({ code: 0, out: 'Deployment op: ready\n' });
    }
    const { out } = await run(['wait', 'deployment/op', ...place(), '--for', 'phase=Odd', '--json']);
    expect(JSON.parse(out)).toMatchObject({ kind: 'Deployment', status: { phase: 'Odd' } });
  });

  it('ends a wait with 1 when the object has failed', async () => {
    const metadata = { name: 'mnist', namespace: 'seatrial' };
    const failed = { type: 'Failed', status: 'True' };
    server.put({ apiVersion: 'kubeflow.org/v1', kind: 'TFJob', metadata, status: { conditions: [failed] } });
    const argv = ['wait', 'tfjob/mnist', ...place(), '--for', 'condition=Succeeded', '--fail-on', 'condition=Failed'];
    const { code, err } = await run(argv);
    expect(code).toBe(1);
    expect(err).toContain('error: TFJob mnist will not reach condition=Succeeded: condition=Failed');
  });

  it.each([
    ['an object without a name', ['wait', 'pod'], 'not an object: "pod"'],
    ['a kind the cluster does not know', ['wait', 'gadget/x'], 'the cluster knows no kind gadget'],
    ['a kind of another group', ['wait', 'tfjob.example.com/x'], 'Write one of: tfjob.kubeflow.org.'],
    ['what cannot be waited for', ['wait', 'pod/x', '--for', 'soon'], 'not something to wait for: "soon"'],
    ['a chart that is not there', ['setup', '--chart', 'nope'], '--chart nope: there is no such folder or file'],
    [
      'a values file that is not there',
      ['setup', '--chart', 'nope', '--values', 'a.yaml'],
      '--values a.yaml: there is no such file',
    ],
    ['a sandbox that does not run', ['setup', '--chart', 'x', '--provider', 'sandbox'], 'there is no sandbox'],
  ])('ends with 2 for %s', async (_what, argv, message) => {
    const { code, err } = await run([...argv.slice(0, 1), ...place(), ...argv.slice(1)]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  const operate = (conditions: readonly string[]): void => {
    let at = 0;
    server.onChange = (type, { kind, metadata }) => {
      if (kind !== 'TFJob' || type !== 'created') return;
      const condition = conditions[Math.min(at, conditions.length - 1)];
      at += 1;
      server.change(
        'TFJob',
        metadata.name,
        (one) => (one['status'] = { conditions: [{ type: condition, status: 'True' }] }),
      );
    };
  };

  it('tests custom resources and a program side by side, and reports what passed at last as flaky', async () => {
    await writeFile(join(dir, 'job.yaml'), job);
    await writeFile(join(dir, 'build_info.yaml'), 'image: r/op:1\ncommit: abc\nhelm_chart: op.tgz\n');
    operate(['Failed', 'Succeeded']);
    const program = 'console.log(process.env.IMAGE, process.env.COMMIT, process.env.HELM_CHART, process.env.NAMESPACE)';
    const { code, out, err } = await run(
      [
        'test',
        ...place(),
        ...['--no-helm-test', '--spec', 'job.yaml', '--param', 'workers=2', '--retries', '1'],
        ...['--build-info', 'build_info.yaml', '--junit-path', 'junit_test.xml'],
        ...['--', process.execPath, '-e', program],
      ],
      { PATH: process.env['PATH'] ?? '' },
    );
    expect(err).toContain('command: r/op:1 abc op.tgz seatrial');
    expect(code).toBe(0);
    expect(out).toMatch(/^flaky {3}TFJob job \/ reach Succeeded \(.*, attempt 2\)$/m);
    expect(out).toMatch(/^passed {2}command \/ command/m);
    const report = await readFile(join(dir, 'junit_test.xml'), 'utf8');
    expect(report).toContain('<flakyFailure');
    expect(report).toContain('<testsuite name="command"');
  });

  it('says so when there is nothing to test', async () => {
    const { code, err } = await run(['test', ...place(), '--no-helm-test']);
    expect(code).toBe(2);
    expect(err).toContain('there is nothing to test');
  });

  it('looks at the pods that a custom resource has to bring about', async () => {
    await writeFile(join(dir, 'job.yaml'), job.replace('${workers}', '1'));
    operate(['Succeeded']);
    const operator = server.onChange;
    server.onChange = (type, object) => {
      const { name, uid = '' } = object.metadata;
      const metadata = { name: `${name}-0`, namespace: 'seatrial', labels: { job: name } };
      const ownerReferences = [{ kind: 'TFJob', name, uid }];
      if (type === 'created') server.put({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, ownerReferences } });
      else server.remove('Pod', metadata.name);
      operator?.(type, object);
    };
    const { code, out } = await run(['run-job', ...place(), '--spec', 'job.yaml', '--expect-pod', 'job=${name}']);
    expect(out).toMatch(/^passed {2}pods/m);
    expect(code).toBe(0);
  });

  it('collects into a folder', async () => {
    server.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'seatrial' } });
    const { code, out } = await run(['collect', ...place(), '--out', 'found']);
    expect([code, out]).toEqual([0, '1 files in found\n']);
    expect(await readFile(join(dir, 'found/seatrial/objects/configmaps.yaml'), 'utf8')).toContain('name: c');
  });

  it.each([[[]], [['--previous-chart', 'a', '--releases-path', 'gs://b']]])(
    'wants the last release of an upgrade named one way: %j',
    async (flags) => {
      await writeFile(join(dir, 'job.yaml'), job);
      await mkdir(join(dir, 'chart'));
      await writeFile(join(dir, 'chart/Chart.yaml'), 'apiVersion: v2\nname: op\nversion: 1.0.0\n');
      const { code, err } = await run([
        'upgrade-trial',
        ...place(),
        '--chart',
        'chart',
        '--spec',
        'job.yaml',
        ...flags,
      ]);
      expect(code).toBe(2);
      expect(err).toMatch(/give (only one of )?--previous-chart or --releases-path/);
    },
  );
});
