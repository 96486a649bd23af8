import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type KubeClient, runCustomResourceTest, setUp, tearDown, waitFor } from '@seatrial/deploy';
import { createHelm, findHelm, findWorkspaceHelm } from '@seatrial/helm';
import { buildRelease, createDocker, createEngineBuilder } from '@seatrial/release';
import { type Sandbox, startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const source = import.meta.dirname;
const Greeting = { apiVersion: 'examples.seatrial.dev/v1', kind: 'Greeting', namespace: 'greeter' };
const clock = { now: Date.now, sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
let [dir, sandbox, kube] = ['', undefined as unknown as Sandbox, undefined as unknown as KubeClient];
let where: Parameters<typeof tearDown>[0];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'greeter-'));
  sandbox = await startSandbox({ docker: 'off', defaultCluster: true, env: process.env });
  const kubeconfig = sandbox.env['KUBECONFIG'] ?? '';
  kube = await connect(kubeconfig);

  // The image goes into the sandbox's registry, so the operator runs for real, as a process.
  const { chart } = await buildRelease({
    sourceDir: source,
    commit: '0'.repeat(40),
    images: [{ name: 'greeter', context: '.' }],
    chart: { path: 'chart/greeter', imageValue: 'image' },
    registry: sandbox.env['SEATRIAL_REGISTRY'] ?? '',
    tag: 'v1',
    outDir: join(dir, 'release'),
    builder: createEngineBuilder(await createDocker({ host: sandbox.env['DOCKER_HOST'] })),
  });

  // Outside of this workspace: findHelm({ env: process.env })
  const binary = await findHelm({ env: process.env, workspaceCopy: () => findWorkspaceHelm({}) });
  const helm = createHelm({ binary, home: join(dir, 'helm'), kubeconfig, env: process.env });
  where = { helm, kube, release: 'greeter', namespace: 'greeter', timeoutMs: 60_000 };
  await setUp({ ...where, helm, kube, chart: chart.path, release: 'greeter' });
});

afterAll(async () => {
  kube?.close();
  await sandbox?.close();
  await rm(dir, { recursive: true, force: true });
});

describe('the greeter', () => {
  it('greets whom a Greeting names', async () => {
    await kube.create({ ...Greeting, metadata: { namespace: 'greeter', name: 'ada' }, spec: { name: 'Ada' } });
    await waitFor({ kube, clock }, { ...Greeting, name: 'ada' }, 'condition=Ready', { timeoutMs: 20_000 });
    const greeted = await kube.get({ ...Greeting, name: 'ada' });
    expect(greeted).toMatchObject({ status: { message: 'Hello, Ada!' } });
  });

  it('fails a Greeting without a name', async () => {
    await kube.create({ ...Greeting, metadata: { namespace: 'greeter', name: 'nobody' }, spec: {} });
    const target = { ...Greeting, name: 'nobody' };
    const waiting = waitFor({ kube, clock }, target, 'condition=Ready', {
      timeoutMs: 20_000,
      failOn: ['condition=Failed'],
    });
    await expect(waiting).rejects.toThrow(/Failed/);
  });

  it('passes the same test that a trial runs: create, wait, delete, gone', async () => {
    const suite = await runCustomResourceTest({
      kube,
      template:
        'apiVersion: examples.seatrial.dev/v1\nkind: Greeting\nmetadata: { name: "${name}" }\nspec: { name: Bob }\n',
      namespace: 'greeter',
      condition: 'Ready',
      timeoutMs: 30_000,
      newId: () => 'bob',
    });
    expect(suite.cases?.flatMap(({ problems = [] }) => problems)).toEqual([]);
  });

  it('leaves nothing behind', async () => {
    await tearDown(where);
    expect(await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'greeter' })).toBeUndefined();
  });
});
