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
