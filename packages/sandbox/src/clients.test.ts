import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Called, Clients } from './__fixtures__/clients.js';
import { findProgram, startClients } from './__fixtures__/clients.js';

const TEST_TIMEOUT_MS = 40_000;

// One after the other: helm and kubectl come in one archive.
const kubectl = await findProgram('kubectl');
const helms = [
  ['helm 4', await findProgram('helm')],
  ['helm 3', await findProgram('helm3')],
] as const;

const manifest = (name: string, { replicas, image }: { replicas: string; image: string }): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
      annotations: {sandbox.seatrial.dev/duration: 1h}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: main, image: ${image}}]
`;

const hooked = (kind: string, hook: string, spec: string): string => `
apiVersion: ${kind === 'Job' ? 'batch/v1' : 'v1'}
kind: ${kind}
metadata:
  name: '{{ .Release.Name }}-${hook.split('-')[0]}'
  annotations: {helm.sh/hook: ${hook}, sandbox.seatrial.dev/duration: 10ms, sandbox.seatrial.dev/logs: it works}
spec: ${spec}
`;
const endingPod = '{restartPolicy: Never, containers: [{name: main, image: "node:20"}]}';
const scripted = '{annotations: {sandbox.seatrial.dev/duration: 10ms}}';

const chart: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: small\nversion: 0.1.0\n',
  'values.yaml': 'replicas: 1\nimage: node:20\n',
  'templates/main.yaml': manifest('{{ .Release.Name }}', {
    replicas: '{{ .Values.replicas }}',
    image: '{{ .Values.image }}',
  }),
  'templates/hook.yaml': hooked('Job', 'pre-install', `{template: {metadata: ${scripted}, spec: ${endingPod}}}`),
  'templates/test.yaml': hooked('Pod', 'test', endingPod),
};

let clients: Clients;
const call = (program: string, ...args: readonly string[]): Promise<Called> => clients.call(program, args);
const output = (program: string, ...args: readonly string[]): Promise<string> => clients.output(program, args);

beforeAll(async () => {
  clients = await startClients();
  await clients.write(Object.fromEntries(Object.entries(chart).map(([name, text]) => [`chart/${name}`, text])));
});

afterAll(() => clients[Symbol.asyncDispose]());

describe.concurrent('real clients', { timeout: TEST_TIMEOUT_MS }, () => {
  for (const [title, helm = ''] of helms) {
    it.skipIf(helm === '')(`of ${title} carry a release through its life`, async ({ expect }) => {
      const namespace = title.replace(' ', '-');
      const on = (...args: readonly string[]) => output(helm, ...args, '--namespace', namespace);
      const release = async () => (JSON.parse(await on('list', '--output', 'json')) as object[])[0];
      const wait = ['--wait', '--timeout', '10s'];

      await on('install', 'web', 'chart', '--create-namespace', ...wait);
      expect(await release()).toMatchObject({ name: 'web', revision: '1', status: 'deployed' });
      await on('upgrade', 'web', 'chart', '--set', 'replicas=2', ...wait);
      expect(JSON.parse(await on('status', 'web', '--output', 'json'))).toMatchObject({
        version: 2,
        info: { status: 'deployed' },
      });
      expect(await on('test', 'web', '--logs', '--timeout', '10s')).toMatch(/Phase: +Succeeded[^]+it works/);
      const stuck = ['upgrade', 'web', 'chart', '--set', 'image=absent:1', '--wait', '--timeout', '1s'];
      expect(await call(helm, ...stuck, '--namespace', namespace)).toMatchObject({ exitCode: 1 });
      await on('rollback', 'web', '1', ...wait);
      const history = JSON.parse(await on('history', 'web', '--output', 'json')) as { status: string }[];
      expect(history.map(({ status }) => status)).toEqual(['superseded', 'superseded', 'failed', 'deployed']);
      await on('uninstall', 'web', ...wait);
      expect(await release()).toBeUndefined();
    });
  }

  const on = (...args: readonly string[]) => output(kubectl ?? '', ...args);

  it.skipIf(kubectl === undefined)('of kubectl apply, roll out, change and delete', async ({ expect }) => {
    const file = join(clients.dir, 'k.yaml');
    const edited = join(clients.dir, 'k2.yaml');
    await writeFile(file, manifest('k', { replicas: '1', image: 'node:20' }));
    await writeFile(edited, manifest('k', { replicas: '2', image: 'node:20' }));
    const isDone = ['rollout', 'status', 'deployment/k', '--timeout', '10s'];

    expect(await on('apply', '-f', file)).toBe('service/k created\ndeployment.apps/k created\n');
    expect(await on('apply', '-f', file)).toBe('service/k unchanged\ndeployment.apps/k unchanged\n');
    expect(await on(...isDone)).toContain('successfully rolled out');
    const generation = '--output=jsonpath={.metadata.generation}';
    expect(await on('get', 'deployment/k', generation)).toBe('1');
    const difference = await call(kubectl ?? '', 'diff', '-f', edited);
    expect(difference).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/^-\s+replicas: 1\n\+\s+replicas: 2$/m),
    });

    // Takes over from the apply above, by a patch of managedFields and a second apply.
    const taken = await call(kubectl ?? '', 'apply', '--server-side', '--force-conflicts', '-f', edited);
    expect(taken).toEqual({
      exitCode: 0,
      stdout: 'service/k serverside-applied\ndeployment.apps/k serverside-applied\n',
      stderr: '',
    });
    const refused = await call(kubectl ?? '', 'apply', '--server-side', '--field-manager=other', '-f', file);
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('conflict with "kubectl": .spec.replicas'),
    });

    await on('wait', '--for=jsonpath={.status.readyReplicas}=2', 'deployment/k', '--timeout', '10s');
    await on('scale', 'deployment/k', '--replicas', '1');
    await on('wait', '--for=jsonpath={.status.replicas}=1', 'deployment/k', '--timeout', '10s');
    await on('label', 'deployment/k', 'tier=front');
    await on('patch', 'deployment/k', '-p', '{"spec":{"template":{"metadata":{"annotations":{"x":"y"}}}}}');
    await on(...isDone);
    expect(await on('get', 'deployments', '-l', 'tier=front', '-o', 'name')).toBe('deployment.apps/k\n');
    expect(await on('rollout', 'history', 'deployment/k')).toMatch(/\n1 .*\n2 /);
    await on('rollout', 'undo', 'deployment/k');
    await on(...isDone);
    expect(await on('logs', 'deployment/k')).toContain('[sandbox] simulated: node');
    expect(await on('describe', 'deployment', 'k')).toMatch(/1 desired \| 1 updated \| 1 total \| 1 available/);
    await on('delete', '-f', file, '--timeout', '10s');
    expect(await on('get', 'deployments,services', '-l', 'app=k')).toBe('');
  });

  it.skipIf(kubectl === undefined)('of kubectl are told kinds, permissions and who asks', async ({ expect }) => {
    expect(await on('explain', 'deployment.spec.strategy')).toContain('rollingUpdate\t<RollingUpdateDeployment>');
    expect(await on('auth', 'can-i', 'create', 'pods')).toBe('yes\n');
    expect(await on('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).toBe('kubernetes-admin');
    expect(await on('get', 'nodes', '--no-headers')).toMatch(/^gke-sandbox-default-pool-\S+\s+Ready\s/);
    expect(await on('api-resources', '--api-group=apps', '--no-headers', '-o', 'name')).toContain('deployments.apps\n');
  });
});
