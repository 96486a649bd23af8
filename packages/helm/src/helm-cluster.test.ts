import { spawn } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '@seatrial/sandbox';
import type { Sandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHelm } from './binary.js';
import { helmEnvironment } from './environment.js';
import { createHelm } from './helm.js';
import type { Helm } from './helm-interface.js';
import { findWorkspaceHelm } from './workspace-copy.js';

/** What a chart of these tests holds: a ConfigMap, and what its values ask for. */
const templates = {
  'cm.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {a: {{ .Values.a | quote }}}\n',
  // Its image is in no registry: it never gets ready.
  'stuck.yaml':
    '{{ if .Values.stuck }}\napiVersion: v1\nkind: Pod\nmetadata: {name: {{ .Release.Name }}-stuck}\nspec: {containers: [{name: a, image: 127.0.0.1:1/none:v1}]}\n{{ end }}\n',
  'hook.yaml':
    '{{ if .Values.hook }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-hook\n  annotations: {"helm.sh/hook": pre-install, sandbox.seatrial.dev/exit-code: "1"}\nspec: {restartPolicy: Never, containers: [{name: a, image: "node:22", command: [node, -e, "process.exit(1)"]}]}\n{{ end }}\n',
  'test.yaml':
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-test\n  annotations: {"helm.sh/hook": test}\nspec: {restartPolicy: Never, containers: [{name: a, image: "node:22", command: [node, -e, {{ .Values.test | quote }}]}]}\n',
};

let folder: string;
let chart: string;
let sandbox: Sandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seatrial-cluster-'));
  chart = join(folder, 'demo');
  await mkdir(join(chart, 'templates'), { recursive: true });
  await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: demo\nversion: 0.1.0\nappVersion: "1"\n');
  await writeFile(join(chart, 'values.yaml'), 'a: "1"\nstuck: false\nhook: false\ntest: console.log("tested")\n');
  for (const [name, text] of Object.entries(templates)) await writeFile(join(chart, 'templates', name), text);
  sandbox = await startSandbox({ docker: 'off', defaultCluster: true, env: { PATH: process.env['PATH'] } });
}, 60_000);
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

for (const major of [4, 3] as const) {
  const path = await findWorkspaceHelm({ major }).catch(() => undefined);
  if (path === undefined) console.warn(`skipped: no helm ${major} for this machine`);
  const skipped = path === undefined ? ' (SKIPPED: not here)' : '';
  describe.skipIf(path === undefined)(`helm ${major} on a cluster${skipped}`, () => {
    const namespace = `n${major}`;
    const labels = { 'seatrial.dev/run': `run-${major}` };
    const of = (release: string) => ({ release, namespace, timeoutMs: 30_000 });
    const install = (release: string) => ({ ...of(release), chart, createNamespace: true, labels });
    let helm: Helm;
    let kubeconfig: string;
    beforeAll(async () => {
      kubeconfig = join(folder, `kubeconfig-${major}`);
      await copyFile(sandbox.env['KUBECONFIG'] ?? '', kubeconfig);
      await chmod(kubeconfig, 0o600);
      const binary = await findHelm({ flag: path, env: {} });
      helm = createHelm({
        binary,
        home: join(folder, `home-${major}`),
        kubeconfig,
        env: { PATH: process.env['PATH'] },
      });
    });

    it('takes a release through its life', async () => {
      const ref = of('life');
      expect(await helm.install({ ...install('life'), wait: true })).toMatchObject({ revision: 1, status: 'deployed' });
      await expect(helm.install(install('life'))).rejects.toMatchObject({ code: 'RELEASE_EXISTS' });
      expect(await helm.test(ref)).toMatchObject([{ name: 'life-test', phase: 'Succeeded' }]);
      expect(await helm.upgrade({ ...ref, chart, set: { a: 'two' } })).toMatchObject({ revision: 2 });
      expect(await helm.values(ref)).toEqual({ a: 'two' });
      await helm.rollback({ ...ref, revision: 1 });
      expect(await helm.history(ref)).toMatchObject([
        { revision: 1, status: 'superseded', chart: 'demo-0.1.0', appVersion: '1' },
        { revision: 2, status: 'superseded' },
        { revision: 3, status: 'deployed' },
      ]);
      expect(await helm.list({ namespace, labels })).toMatchObject([{ name: 'life', revision: 3, status: 'deployed' }]);
      expect(await helm.list({ namespace, labels: { 'seatrial.dev/run': 'other' } })).toEqual([]);
      expect(await helm.recover(ref)).toBe('nothing');
      expect(await helm.uninstall({ ...ref, wait: true })).toBe(true);
      expect(await helm.uninstall(ref)).toBe(false);
      expect(await helm.status(ref)).toBeUndefined();
    });

    it('reports a test that fails', async () => {
      await helm.install({ ...install('bad-test'), set: { test: 'process.exit(1)' } });
      expect(await helm.test(of('bad-test'))).toMatchObject([{ name: 'bad-test-test', phase: 'Failed' }]);
      await helm.uninstall(of('bad-test'));
    });

    it('tells a hook that failed, a wait without end and a missing release', async () => {
      await expect(helm.install({ ...install('hook'), set: { hook: 'true' } })).rejects.toMatchObject({
        code: 'HOOK_FAILED',
        infrastructure: false,
      });
      const stuck = helm.install({ ...install('slow'), set: { stuck: 'true' }, wait: true, timeoutMs: 2_000 });
      await expect(stuck).rejects.toMatchObject({ code: 'TIMEOUT' });
      expect(await helm.status(of('slow'))).toMatchObject({ status: 'failed' });
      await expect(helm.upgrade({ ...of('nope'), chart })).rejects.toMatchObject({ code: 'RELEASE_NOT_FOUND' });
      await helm.uninstall(of('slow'));
      await helm.uninstall(of('hook'));
    });

    /** Starts an operation that waits for ever and kills it, as a machine that is switched off would. */
    async function killHalfWay(release: string, verb: 'install' | 'upgrade', status: string) {
      const env = helmEnvironment({
        home: join(folder, `home-${major}`),
        kubeconfig,
        env: { PATH: process.env['PATH'] },
      });
      const args = ['--namespace', namespace, '--set', 'stuck=true', '--wait', '--timeout', '60s', release, chart];
      const labelled = ['--labels', `seatrial.dev/run=run-${major}`];
      const child = spawn(String(path), [verb, ...labelled, ...args], { env, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await expect
        .poll(async () => (await helm.history(of(release))).at(-1)?.status, { timeout: 20_000, interval: 100 })
        .toBe(status);
      child.kill('SIGKILL');
      await ended;
    }

    it('frees a release whose install was killed, if it is ours', async () => {
      await killHalfWay('killed', 'install', 'pending-install');
      await expect(helm.upgrade({ ...of('killed'), chart })).rejects.toMatchObject({
        code: expect.stringMatching(/^PENDING_OPERATION$|^RELEASE_NOT_FOUND$/), // 3 looks for a deployed one first
      });
      await expect(helm.recover({ ...of('killed'), labels: { 'seatrial.dev/run': 'other' } })).rejects.toMatchObject({
        code: 'PENDING_OPERATION',
        message: 'release "killed" is pending-install, and lacks seatrial.dev/run=other',
      });
      expect(await helm.history(of('killed'))).toMatchObject([{ status: 'pending-install' }]);
      expect(await helm.recover({ ...of('killed'), labels })).toBe('uninstalled');
      expect(await helm.status(of('killed'))).toBeUndefined();
      expect(await helm.install(install('killed'))).toMatchObject({ status: 'deployed' });
      await helm.uninstall(of('killed'));
    });

    it('takes back an upgrade that was killed, if it is ours', async () => {
      await helm.install({ ...install('up'), set: { a: 'one' } });
      await killHalfWay('up', 'upgrade', 'pending-upgrade');
      await expect(helm.upgrade({ ...of('up'), chart })).rejects.toMatchObject({ code: 'PENDING_OPERATION' });
      expect(await helm.recover({ ...of('up'), labels })).toBe('rolled-back');
      expect(await helm.status(of('up'))).toMatchObject({ status: 'deployed', revision: 3 });
      expect(await helm.values(of('up'))).toEqual({ a: 'one' });
      expect(await helm.list({ namespace, labels })).toMatchObject([{ name: 'up' }]); // still labelled
      await helm.uninstall(of('up'));
    });

    it.each([
      [401, 'Unauthorized', 'Unauthorized', 'UNREACHABLE'],
      [403, 'Forbidden', 'secrets is forbidden: User "ada" cannot list resource "secrets"', 'DENIED'],
    ])('classifies a cluster that refuses with %i', async (code, reason, message, expected) => {
      const status = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
      const version = JSON.stringify({ major: '1', minor: '30', gitVersion: 'v1.30.0' });
      const server = createServer((request, response) => {
        const isOpen = code === 403 && request.url?.startsWith('/version');
        if (isOpen) response.writeHead(200, { 'content-type': 'application/json' }).end(version);
        else response.writeHead(code, { 'content-type': 'application/json' }).end(status);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const file = join(folder, `refused-${major}-${code}`);
      const cluster = { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'a', cluster }],
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
        users: [{ name: 'a', user: {} }],
        'current-context': 'a',
      };
      await writeFile(file, JSON.stringify(config), { mode: 0o600 });
      const { binary } = helm;
      const refused = createHelm({ binary, home: join(folder, `home-${major}`), kubeconfig: file, env: {} });
      await expect(refused.list()).rejects.toMatchObject({ code: expected, infrastructure: true });
      server.close();
    });
  });
}
