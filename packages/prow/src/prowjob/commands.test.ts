import { PassThrough } from 'node:stream';
import { createTextSink } from '@seatrial/cli/testing';
import { runCommand, systemClock } from '@seatrial/cli';
import type { Sandbox } from '@seatrial/sandbox';
import { startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { command } from '../commands.js';
import { baseSha, headSha } from './__fixtures__/configured-jobs.js';
import type { OpenCluster } from './__fixtures__/open-cluster.js';
import { openCluster } from './__fixtures__/open-cluster.js';
import { openFolder } from './__fixtures__/run-in-folder.js';
import { prowJobDefinition } from './definition.js';
import type { ProwJob, ProwJobStatus } from './prow-job.js';
import { formatTime } from './prow-job.js';

let folder: Awaited<ReturnType<typeof openFolder>>;
let sandbox: Sandbox;
let open: OpenCluster;
beforeAll(async () => {
  folder = await openFolder();
  sandbox = await startSandbox({
    docker: 'off',
    defaultCluster: true,
    repositories: [{ owner: 'acme', name: 'widgets', refs: { 'heads/main': baseSha } }],
  });
  open = await openCluster(sandbox.env['KUBECONFIG'] ?? '');
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await sandbox.close();
  await folder[Symbol.asyncDispose]();
});

const base = ['--base-ref', 'main', '--base-sha', baseSha];
const inCluster = () => [
  '--trigger-job',
  '--kubeconfig',
  sandbox.env['KUBECONFIG'] ?? '',
  '--namespace',
  open.cluster.namespace,
];

/** Ends every ProwJob of the namespace that is not in `before`, as soon as there is one. */
async function endNext(status: Partial<ProwJobStatus>, signal: AbortSignal): Promise<string> {
  const path = open.pathOf('').replace(/\/$/, '');
  for (;;) {
    const { items } = (await open.request({ method: 'GET', path, signal })) as { items: ProwJob[] };
    const next = items.find((one) => one.status.state === 'triggered');
    if (next === undefined) continue;
    await open.setStatus(next.metadata.name, { completionTime: formatTime(Date.now()), ...status });
    return next.metadata.name;
  }
}

/** Runs a command that triggers a job while its controller ends the job. */
async function runEnding(argv: readonly string[], status: Partial<ProwJobStatus>) {
  const controller = new AbortController();
  const [result, name] = await Promise.all([
    folder.run([...argv, ...inCluster()], { env: sandbox.env }).finally(() => setImmediate(() => controller.abort())),
    endNext(status, controller.signal),
  ]);
  return { ...result, name };
}

describe('seatrial-prow mkpj', () => {
  it('prints a decorated presubmit and nothing else on stdout', async () => {
    const pull = ['--pull-number', '7', '--pull-sha', headSha, '--pull-author', 'ada', '--pull-head-ref', 'fix'];
    const { code, stdout, stderr } = await folder.mkpj('pull-widgets-unit', [...base, ...pull]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^apiVersion: prow\.k8s\.io\/v1\n/);
    expect(stdout).toContain(
      `    pulls:\n    - author: ada\n      head_ref: fix\n      number: 7\n      sha: "${headSha}"\n`,
    );
    expect(parse(stdout)).toMatchObject({
      spec: {
        namespace: 'test-pods',
        decoration_config: { timeout: '2h0m0s', utility_images: { sidecar: 'utils/sidecar:v1' } },
        rerun_command: '/test pull-widgets-unit',
      },
    });
  });

  it('prints a postsubmit with its presets, the base looked up at GitHub', async () => {
    const { stdout } = await folder.mkpj('post-widgets-push', ['--base-ref', 'main'], { env: sandbox.env });
    expect(parse(stdout)).toMatchObject({
      metadata: { labels: { 'preset-registry': 'true' } },
      spec: {
        refs: { base_ref: 'main', base_sha: baseSha },
        pod_spec: { containers: [{ env: [{ name: 'REGISTRY', value: 'registry.test' }] }] },
      },
    });
  });

  it('prints a periodic as JSON', async () => {
    const { stdout } = await folder.mkpj('ci-widgets-nightly', ['--json']);
    const { metadata, spec } = JSON.parse(stdout) as ProwJob;
    expect(metadata.labels).toMatchObject({ 'prow.k8s.io/refs.repo': 'widgets' });
    expect(spec).toMatchObject({ type: 'periodic', report: true });
  });

  it('asks for the number in a terminal, on stderr', async () => {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const [stdout, stderr] = [createTextSink(), createTextSink({ columns: 80, rows: 24 })];
    stdin.write('7\n');
    const argv = [
      'mkpj',
      '--config-path',
      'config.yaml',
      '--job-config-path',
      'jobs.yaml',
      '--job',
      'pull-widgets-unit',
    ];
    const code = await runCommand(command, [...argv, ...base, '--pull-sha', headSha, '--pull-author', 'ada'], {
      ...{ env: {}, cwd: folder.cwd, stdin, stdout, stderr, clock: systemClock },
      signal: new AbortController().signal,
    });
    expect(code).toBe(0);
    expect(stderr.text).toBe('PR Number: ');
    expect(parse(stdout.text)).toMatchObject({ spec: { refs: { pulls: [{ number: 7 }] } } });
  });

  it.each([
    ['pull-widgets-unit', '--pull-number'],
    ['post-widgets-push', '--base-ref'],
  ])('does not ask without a terminal: %s names %s', async (job, flag) => {
    const { code, stdout, stderr } = await folder.mkpj(job);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`error: ${flag} is missing`);
  });

  it('fails on a pull request that GitHub does not know', async () => {
    const { code, stdout, stderr } = await folder.mkpj('pull-widgets-unit', ['--pull-number', '99'], {
      env: sandbox.env,
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('pull request 99 of acme/widgets');
  });

  it('refuses a config that is not there', async () => {
    const { code, stdout, stderr } = await folder.run(['mkpj', '--job', 'a', '--config-path', 'gone.yaml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('gone.yaml');
  });

  it('runs the job in the cluster and prints how it ended', async () => {
    const argv = [
      'mkpj',
      '--config-path',
      'config.yaml',
      '--job-config-path',
      'jobs.yaml',
      '--job',
      'ci-widgets-nightly',
    ];
    const { code, stdout, stderr, name } = await runEnding(argv, { state: 'failure', description: 'Job failed.' });
    expect(code).toBe(0);
    expect(parse(stdout)).toMatchObject({ state: 'failure', description: 'Job failed.' });
    expect(stderr).toContain(`created the prowjob`);
    expect(stderr).toContain(name);
    expect(stderr).toContain('state failure');
  });

  it.each([
    ['success', 0],
    ['failure', 1],
    ['aborted', 1],
  ] as const)('ends with a job of state %s with exit code %i when asked to', async (state, expected) => {
    const argv = [
      'mkpj',
      '--config-path',
      'config.yaml',
      '--job-config-path',
      'jobs.yaml',
      '--job',
      'ci-widgets-nightly',
    ];
    const { code, stdout } = await runEnding([...argv, '--fail-with-job'], { state });
    expect({ code, state: (parse(stdout) as ProwJobStatus).state }).toEqual({ code: expected, state });
  });

  it('says how to abort a job that does not end in time, with exit code 3', async () => {
    const { code, stdout, stderr } = await folder.mkpj('ci-widgets-nightly', [
      ...inCluster(),
      '--timeout-minutes',
      '0.01',
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`kubectl -n ${open.cluster.namespace} patch prowjob`);
    expect(stderr).toContain('has not ended within 0.6 s: it is triggered');
    await endNext({ state: 'aborted' }, new AbortController().signal);
  });

  it('refuses --trigger-job without a cluster', async () => {
    const { code, stderr } = await folder.mkpj('ci-widgets-nightly', ['--trigger-job']);
    expect(code).toBe(2);
    expect(stderr).toContain('there is no kubeconfig');
  });
});

describe('seatrial-prow rerun', () => {
  const create = async (name: string) => {
    const { stdout } = await folder.mkpj('post-widgets-push', base);
    const job = parse(stdout) as ProwJob;
    const status = { state: 'success', startTime: job.status.startTime, completionTime: job.status.startTime } as const;
    await open.cluster.create({ ...job, metadata: { ...job.metadata, name }, status });
    return job;
  };
  const flags = () => ['--kubeconfig', sandbox.env['KUBECONFIG'] ?? '', '--namespace', open.cluster.namespace];

  it('makes a new job of one in the cluster', async () => {
    const job = await create('done-1');
    const { code, stdout } = await folder.run(['rerun', 'done-1', ...flags()]);
    const made = parse(stdout) as ProwJob;
    expect(code).toBe(0);
    expect(made.metadata).toEqual({ ...job.metadata, name: made.metadata.name });
    expect(made.metadata.name).not.toBe('done-1');
    expect(made.spec).toEqual(job.spec);
    expect(Object.keys(made.status)).toEqual(['startTime', 'state']);
  });

  it('runs it and returns its verdict', async () => {
    await create('done-2');
    const { code, name } = await runEnding(['rerun', 'done-2', '--fail-with-job'], { state: 'failure' });
    expect(code).toBe(1);
    expect(name).not.toBe('done-2');
  });

  it('takes the job from the config of today', async () => {
    const { stdout } = await folder.mkpj('post-widgets-push', base);
    const old = await folder.write(stdout.replace('image: builder:3', 'image: builder:2'));
    const latest = ['--mode', 'latest', '--config-path', 'config.yaml', '--job-config-path', 'jobs.yaml'];
    const [asItWas, today] = await Promise.all([folder.run(['rerun', old]), folder.run(['rerun', old, ...latest])]);
    expect(asItWas.stdout).toContain('image: builder:2');
    expect(today.stdout).toContain('image: builder:3');
    expect((parse(today.stdout) as ProwJob).spec.refs).toEqual((parse(stdout) as ProwJob).spec.refs);
  });

  it.each([
    ['--mode latest without a config', ['old.yaml', '--mode', 'latest'], '--config-path'],
    ['a file that is not there', ['gone.yaml'], 'cannot read gone.yaml'],
    ['no argument', [], 'job'],
  ])('refuses %s', async (_what, argv, message) => {
    const { code, stdout, stderr } = await folder.run(['rerun', ...argv]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('fails for a name the cluster does not know', async () => {
    const { code, stdout, stderr } = await folder.run(['rerun', 'none', ...flags()]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('"none" not found');
  });
});

describe('seatrial-prow crd', () => {
  it('prints the definition as YAML and as JSON', async () => {
    expect(parse((await folder.run(['crd'])).stdout)).toEqual(prowJobDefinition);
    expect(JSON.parse((await folder.run(['crd', '--json'])).stdout)).toEqual(prowJobDefinition);
  });
});
