import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { collect } from './collect.js';
import { connect } from './connect.js';
import type { KubeClient } from './kube-client.js';

let server: FakeKube;
let kube: KubeClient;
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'collect-'));
  server = new FakeKube();
  await server.start();
  kube = await connect(server.kubeconfig, { clock: new ManualClock() });
  server.put({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  server.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'op-1', namespace: 'ns' },
    status: {
      initContainerStatuses: [{ name: 'init', state: { terminated: { exitCode: 0 } } }],
      containerStatuses: [
        { name: 'main', restartCount: 1, state: { running: {} } },
        { name: 'late', state: { waiting: { reason: 'ContainerCreating' } } },
      ],
    },
  });
  server.put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'ns' },
    data: { password: 'aHVudGVyMg==' },
  });
  server.put({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'ns' },
    involvedObject: { kind: 'Pod', name: 'op-1' },
    type: 'Normal',
    reason: 'Started',
    message: 'Started container',
    lastTimestamp: '2026-01-01T00:00:00Z',
    count: 2,
  });
  server.put({ apiVersion: 'kubeflow.org/v1', kind: 'TFJob', metadata: { name: 'j', namespace: 'ns' } });
  server.logs.set('ns/op-1/init', 'initialised\n');
  server.logs.set('ns/op-1/main', 'now\n');
  server.logs.set('ns/op-1/main:previous', 'before\n');
});
afterEach(async () => {
  kube.close();
  await server.stop();
  await rm(dir, { recursive: true });
});
const read = (path: string): Promise<string> => readFile(join(dir, path), 'utf8');

describe(collect, () => {
  it('writes logs, those of init containers and of before the restart too, events and objects', async () => {
    const { files, problems } = await collect({ kube, namespaces: ['ns'], dir });
    expect(problems).toEqual([]);
    expect(files).toEqual([
      'nodes.txt',
      'nodes.yaml',
      'ns/events.txt',
      'ns/logs/op-1/init.log',
      'ns/logs/op-1/main.log',
      'ns/logs/op-1/main.previous.log',
      'ns/objects/pods.yaml',
      'ns/objects/secrets.yaml',
      'ns/objects/tfjobs.kubeflow.org.yaml',
    ]);
    expect(await read('ns/logs/op-1/main.previous.log')).toBe('before\n');
    expect(await read('ns/events.txt')).toBe(
      '2026-01-01T00:00:00Z  Normal  Started  Pod/op-1 (x2)  Started container\n',
    );
    expect(await read('ns/objects/pods.yaml')).toContain('kind: Pod');
  });

  it('leaves out what a Secret holds', async () => {
    await collect({ kube, namespaces: ['ns'], dir });
    const text = await read('ns/objects/secrets.yaml');
    expect(text).toContain('password: (left out)');
    expect(text).not.toContain('aHVudGVyMg');
  });

  it('R9: keeps the end of a log that is too large', async () => {
    server.logs.set('ns/op-1/main', `${Array.from({ length: 1_000 }, (_, n) => `line ${n}`).join('\n')}\n`);
    await collect({ kube, namespaces: ['ns'], dir, maxLogBytes: 1_000 });
    const log = await read('ns/logs/op-1/main.log');
    expect(log).toMatch(/^\(earlier lines are left out/);
    expect(log).toMatch(/line 999\n$/);
    expect(log.length).toBeLessThan(1_200);
  });

  it('leaves out environment variables with secret names, in custom resources too', async () => {
    server.change('TFJob', 'j', (job) => {
      job.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"value":"hunter2"}' };
      job['spec'] = {
        template: {
          env: [
            { name: 'DB_PASSWORD', value: 'hunter2' },
            { name: 'TOKEN_FILE', value: '/run/token' },
            { name: 'LOG_LEVEL', value: 'debug' },
          ],
        },
      };
    });
    await collect({ kube, namespaces: ['ns'], dir });
    const text = await read('ns/objects/tfjobs.kubeflow.org.yaml');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('name: DB_PASSWORD\n        value: (left out)');
    expect(text).toContain('value: /run/token');
    expect(text).toContain('value: debug');
  });

  it('redacts every file', async () => {
    await collect({ kube, namespaces: ['ns'], dir, redact: (text) => text.replaceAll('initialised', '[secret]') });
    expect(await read('ns/logs/op-1/init.log')).toBe('[secret]\n');
  });

  it('R9: writes as many whole objects of a kind as there is room for, and says how many there are besides', async () => {
    for (let at = 0; at < 50; at += 1) {
      server.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${at}`, namespace: 'ns' } });
    }
    await collect({ kube, namespaces: ['ns'], dir, maxObjectsBytes: 1_000 });
    const documents = (await read('ns/objects/configmaps.yaml')).split('---\n');
    expect(documents.at(-1)).toBe(`# ${51 - documents.length} of 50 objects are left out: there is no room for them\n`);
    expect(documents.length).toBeGreaterThan(3);
    expect(documents.join('---\n').length).toBeLessThan(1_100);
  });

  it('R9: bounds all files together, and names what is left out', async () => {
    for (let at = 0; at < 20; at += 1) server.logs.set('ns/op-1/main', 'x'.repeat(900));
    const { files, problems } = await collect({ kube, namespaces: ['ns'], dir, maxTotalBytes: 1_000, maxParallel: 1 });
    const sizes = await Promise.all(
      files.filter((path) => path !== 'problems.txt').map(async (path) => (await read(path)).length),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_100);
    expect(problems.join('\n')).toContain('left out: all files together are larger than 1000 bytes');
    expect(await read('problems.txt')).toContain('left out');
  });

  it('takes in definitions that a trial installed, not those of others', async () => {
    const put = (name: string, scope: string, labels: Record<string, string>): void =>
      void server.put({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name, labels },
        spec: { group: 'example.com', scope, names: { kind: 'One' }, versions: [{ name: 'v1', served: true }] },
      });
    put('ours.example.com', 'Namespaced', { 'seatrial.dev/owned': 'true' });
    put('theirs.example.com', 'Namespaced', {});
    await collect({ kube, namespaces: ['ns'], dir });
    const text = await read('cluster/customresourcedefinitions.yaml');
    expect(text).toContain('ours.example.com');
    expect(text).not.toContain('theirs.example.com');
  });

  it('shows the conditions of the nodes', async () => {
    server.change('Node', 'n1', (node) => {
      node['status'] = {
        allocatable: { cpu: '2' },
        conditions: [{ type: 'Ready', status: 'False', reason: 'KubeletDown', message: 'no heartbeat' }],
      };
    });
    await collect({ kube, namespaces: ['ns'], dir });
    expect(await read('nodes.txt')).toContain('Ready=False since  (KubeletDown: no heartbeat)');
  });

  it('notes what cannot be read and goes on', async () => {
    server.logs.delete('ns/op-1/main');
    server.faults.push({ status: 403, message: 'secrets is forbidden', match: /secrets/ });
    const { files, problems } = await collect({ kube, namespaces: ['ns'], dir });
    expect(problems).toHaveLength(2);
    expect(files).toContain('ns/logs/op-1/init.log');
    expect(await read('problems.txt')).toContain('secrets is forbidden');
  });

  it('throws the reason when it is aborted', async () => {
    const reason = new Error('stopped');
    await expect(collect({ kube, namespaces: ['ns'], dir, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
