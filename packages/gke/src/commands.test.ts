import { runForTest } from '@seatrial/cli/testing';
import type { SandboxOptions } from '@seatrial/sandbox';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HOUR_MS, limits, requestOf, sandboxGke } from './__fixtures__/sandbox-gke.js';
import { command } from './commands.js';

/** The command line in a folder of its own, with what a sandbox puts into the environment. */
async function setUp(options: SandboxOptions = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'gke-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const cloud = await sandboxGke(options);
  const env = { ...cloud.sandbox.env, CLOUDSDK_AUTH_ACCESS_TOKEN: 'secret-token' };
  const run = (...argv: string[]) => runForTest(command, argv, { env, cwd: dir });
  const stopped = (signal: AbortSignal, ...argv: string[]) => runForTest(command, argv, { env, cwd: dir, signal });
  return { ...cloud, run, stopped, dir };
}

/** Without any cloud: what is sent would fail. */
const dry = (...argv: string[]) =>
  runForTest(command, argv, {
    env: { SEATRIAL_GKE_ENDPOINT: 'http://127.0.0.1:1', CLOUDSDK_CORE_PROJECT: 'p' },
  });

const place = ['--zone', 'us-east1-b', '--cluster', 'seatrial-r1'];

describe('seatrial-gke', () => {
  it('creates, lists, gives credentials, keeps, finds nothing to clean up, and deletes', async () => {
    const { run, dir } = await setUp();
    const created = await run('create', '--zone', 'us-east1-b', '--run-id', 'r1', '--kubeconfig', 'run/kubeconfig');
    expect(created.code, created.stderr).toBe(0);
    expect(created.stdout).toMatch(/^seatrial-r1 in us-east1-b is RUNNING at 127\.0\.0\.1:\d+\n$/);
    const kubeconfig = await readFile(join(dir, 'run/kubeconfig'), 'utf8');
    expect(kubeconfig).toContain('exec-credential');
    expect(kubeconfig).not.toContain('secret-token');

    const listed = await run('list');
    expect(listed).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/seatrial-r1 +us-east1-b +RUNNING +r1 +20\d\d-/),
    });

    expect(await run('get-credentials', ...place, '--kubeconfig', 'k', '--static-token')).toMatchObject({
      code: 0,
      stdout: 'k\n',
    });
    expect(await readFile(join(dir, 'k'), 'utf8')).toContain('token: secret-token');

    const kept = await run('heartbeat', ...place, '--run-id', 'r1', '--ttl-hours', '9.01');
    expect(kept).toMatchObject({ code: 0, stdout: expect.stringMatching(/^seatrial-r1 expires at 20.*Z\n$/) });

    const cleaned = await run('janitor');
    expect(cleaned).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/cluster +seatrial-r1 .* kept +expires in 9h00m/),
    });

    expect(await run('delete', ...place)).toMatchObject({ code: 0, stdout: 'seatrial-r1 in us-east1-b is gone\n' });
  });

  it('janitor: deletes what has expired, in 80 columns, and exits with 1 from a dry run that finds some', async () => {
    const { run, gke, names } = await setUp();
    await gke.createCluster(requestOf('seatrial-old', { expiresMs: Date.now() - HOUR_MS - 30_000 }), limits);
    const planned = await run('janitor', '--dry-run');
    expect(planned).toMatchObject({ code: 1, stdout: expect.stringContaining('would delete  expired 1h00m ago') });
    const done = await run('janitor');
    expect(done).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/seatrial-old +us-east1-b +deleted +expired/),
    });
    for (const line of done.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(await names()).toEqual([]);
    expect(await run('janitor')).toMatchObject({ code: 0, stdout: 'nothing of runs is there\n' });
  });

  it('janitor: exits with 3 and the command that helps when something is left', async () => {
    const { run, gke } = await setUp({ faults: ['gke.DeleteCluster:PERMISSION_DENIED'] });
    await gke.createCluster(requestOf('old', { expiresMs: Date.now() - HOUR_MS - 30_000 }), limits);
    const { code, stdout, stderr } = await run('janitor', '--json');
    expect(code).toBe(3);
    expect(stderr).toContain('gcloud container clusters delete old --project sandbox --location us-east1-b');
    expect(JSON.parse(stdout)).toMatchObject({
      clean: false,
      clusters: [{ name: 'old', outcome: 'failed', kind: 'expired', error: { code: 'DENIED' } }],
    });
  });

  it.each([
    ['list', { clusters: [], missingZones: ['us-east1-c'] }],
    ['janitor', { clean: false, unseen: ['clusters in us-east1-c'], clusters: [], leftovers: [] }],
  ])('%s: exits with 3 when a zone did not answer', async (name, expected) => {
    const { run } = await setUp({ faults: ['gke.ListClusters:missing-zone'] });
    const { code, stdout } = await run(name, '--json');
    expect([code, JSON.parse(stdout)]).toEqual([3, expected]);
  });

  it('create: takes the next zone on a stock-out', async () => {
    const { run, names } = await setUp({ faults: ['gke:stockout:#1'] });
    const created = await run('create', '--zone', 'us-east1-b,us-west1-a', '--run-id', 'r1');
    expect(created.stdout).toContain('seatrial-r1 in us-west1-a is RUNNING');
    expect(created.stderr).toContain('deleting what is left in us-east1-b');
    expect(await names()).toEqual(['seatrial-r1 in us-west1-a']);
  });

  it('create: deletes what was made when it fails, unless it is to be kept', async () => {
    const { run, names } = await setUp({ faults: ['gke.CreateCluster:operation-error:#1-2'] });
    const failed = await run('create', '--zone', 'us-east1-b', '--run-id', 'r1');
    expect(failed).toMatchObject({ code: 3, stderr: expect.stringContaining('kube-apiserver') });
    expect(await names()).toEqual([]);
    expect((await run('create', '--zone', 'us-east1-b', '--run-id', 'r2', '--keep-failed')).code).toBe(3);
    expect(await names()).toEqual(['seatrial-r2 in us-east1-b']);
  });

  it("create: leaves somebody else's cluster of the name", async () => {
    const { run, gke, names } = await setUp();
    await gke.createCluster(requestOf('trial', { runId: 'theirs' }), limits);
    const failed = await run('create', '--zone', 'us-east1-b', '--run-id', 'r1', '--cluster', 'trial');
    expect(failed).toMatchObject({ code: 3, stderr: expect.stringContaining('belongs to run theirs') });
    expect(await names()).toEqual(['trial in us-east1-b']);
  });

  it('R1: create: deletes the cluster when it is stopped while that is being made', async () => {
    const { stopped, names } = await setUp({ operationMs: 500 });
    const controller = new AbortController();
    const running = stopped(controller.signal, 'create', '--zone', 'us-east1-b', '--run-id', 'r1');
    await expect.poll(names, { timeout: 20_000 }).toHaveLength(1);
    controller.abort(new Error('stopped by SIGTERM'));
    expect(await running).toMatchObject({ code: 1, stderr: expect.stringContaining('stopped by SIGTERM') });
    expect(await names()).toEqual([]);
  });

  it('O5: delete: exits with 3 and the command that deletes it by hand when the service refuses', async () => {
    const { run, gke } = await setUp({ faults: ['gke.DeleteCluster:PERMISSION_DENIED'] });
    await gke.createCluster(requestOf('seatrial-r1'), limits);
    const { code, stderr } = await run('delete', ...place);
    expect(code).toBe(3);
    expect(stderr).toContain('hint: Delete it by hand: gcloud container clusters delete seatrial-r1');
    expect(stderr).not.toContain('secret-token');
  });

  it('prints the token for kubectl', async () => {
    const env = { CLOUDSDK_AUTH_ACCESS_TOKEN: 't' };
    const { stdout } = await runForTest(command, ['exec-credential'], { env });
    expect(JSON.parse(stdout)).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 't' },
    });
  });
});

describe('seatrial-gke create --dry-run', () => {
  const create = async (...argv: string[]) => {
    const ran = await dry('create', '--run-id', 'r1', '--dry-run', ...argv);
    expect(ran.code, ran.stderr).toBe(0);
    return JSON.parse(ran.stdout) as { locations: string[]; cluster: Record<string, never> };
  };

  it('O1: sends nothing and prints the request', async () => {
    const { locations, cluster } = await create('--zone', 'us-east1-b,us-west1-a', '--accelerator', 'nvidia-l4=1');
    expect(locations).toEqual(['us-east1-b', 'us-west1-a']);
    expect(cluster).toMatchObject({
      name: 'seatrial-r1',
      resourceLabels: { 'seatrial-run': 'r1' },
      nodePools: [{ name: 'default' }, { name: 'gpu', config: { machineType: 'g2-standard-8' } }],
    });
  });

  it('takes no upgrade for as long as the cluster keeps, unless told otherwise', async () => {
    const exclusions = async (...argv: string[]) => {
      const { cluster } = await create('--zone', 'us-east1-b', ...argv);
      const policy = cluster['maintenancePolicy'] as
        | {
            window: {
              maintenanceExclusions: { seatrial: { startTime: { seconds: number }; endTime: { seconds: number } } };
            };
          }
        | undefined;
      const { startTime, endTime } = policy?.window.maintenanceExclusions.seatrial ?? {};
      return endTime && startTime && endTime.seconds - startTime.seconds;
    };
    expect(await exclusions('--ttl-hours', '2')).toBeCloseTo(7_200, -1);
    expect(await exclusions('--ttl-hours', '2', '--upgrade-exclusion-hours', '0')).toBeUndefined();
  });

  it('reads several node pools', async () => {
    const { cluster } = await create(
      ...['--zone', 'us-east1-b', '--machine-type', 'n2-standard-4', '--max-run-hours', '2'],
      ...['--node-pool', 'main=nodes=3,disk-size-gb=100', '--node-pool', 'gpu=accelerator=nvidia-l4:2,spot=true'],
      ...['--gpu-driver', 'default', '--private-nodes', '--network', 'n', '--subnetwork', 's', '--scope', 'a,b'],
    );
    expect(cluster).toMatchObject({
      network: 'n',
      subnetwork: 's',
      networkConfig: { defaultEnablePrivateNodes: true },
      nodePools: [
        {
          name: 'main',
          initialNodeCount: 3,
          config: { machineType: 'n2-standard-4', diskSizeGb: 100, oauthScopes: ['a', 'b'] },
        },
        {
          name: 'gpu',
          config: {
            machineType: 'g2-standard-24',
            spot: true,
            maxRunDuration: { seconds: 7_200 },
            accelerators: [{ gpuDriverInstallationConfig: { gpuDriverVersion: 'DEFAULT' } }],
          },
        },
      ],
    });
  });

  it('merges any other field over it', async () => {
    const { cluster } = await create('--zone', 'us-east1-b', '--overrides', '{"loggingService":"none"}');
    expect(cluster).toMatchObject({ loggingService: 'none' });
  });

  it.each([
    ['no zone', [], '--zone is missing'],
    ['a zone that is none', ['--zone', 'us-east1-b,mars'], 'location "mars"'],
    ['autopilot with pools', ['--zone', 'us-east1', '--autopilot', '--node-pool', 'a=nodes=1'], 'nodePools ["a"]'],
    [
      'an accelerator without a count',
      ['--zone', 'us-east1-b', '--accelerator', 'nvidia-l4='],
      '--accelerator nvidia-l4',
    ],
    [
      'an accelerator that is no pair',
      ['--zone', 'us-east1-b', '--accelerator', 'nvidia-l4'],
      '--accelerator: not a pair',
    ],
    ['an unknown key of a pool', ['--zone', 'us-east1-b', '--node-pool', 'a=disk=3'], 'unknown key "disk"'],
    [
      'a pool with a wrong number',
      ['--zone', 'us-east1-b', '--node-pool', 'a=nodes=two'],
      '--node-pool a: nodes: not a number: "two"',
    ],
    ['overrides that are no JSON', ['--zone', 'us-east1-b', '--overrides', '{'], '--overrides is not a JSON object'],
    ['a field that is none', ['--zone', 'us-east1-b', '--overrides', '{"logging":1}'], 'the API does not know logging'],
  ])('exits with 2 for %s', async (_what, argv, text) => {
    const ran = await dry('create', '--run-id', 'r1', '--dry-run', ...argv);
    expect(ran.code, ran.stderr).toBe(2);
    expect(ran.stderr).toContain(text);
    expect(ran.stderr).toContain('hint: ');
  });
});
