import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import type { KubeClient } from './kube-client.js';
import type { KubeObject } from './kube-object.js';
import { waitFor } from './wait-for.js';
import type { WaitForOptions } from './wait-for.js';

const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'ns', name: 'op' };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'op', namespace: 'ns', uid: 'u1', generation: 2 },
  spec: { replicas: 1 },
};
const full = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const available = { type: 'Available', status: 'True' };

let server: FakeKube;
let kube: KubeClient;
let clock: ManualClock;
beforeEach(async () => {
  server = new FakeKube();
  await server.start();
  clock = new ManualClock();
  kube = await connect(server.kubeconfig, { clock });
});
afterEach(async () => {
  kube.close();
  await server.stop();
});

function waiting(
  target: string,
  options: Partial<WaitForOptions> & { uid?: string } = {},
): Promise<KubeObject | undefined> {
  const { uid, ...rest } = options;
  const wait = waitFor({ kube, clock }, { ...ref, uid }, target, { timeoutMs: 60_000, ...rest });
  wait.catch(() => {}); // looked at later
  return wait;
}
const watching = (): Promise<void> => server.until(() => server.watches === 1);
const become = (status: unknown): unknown => server.change('Deployment', 'op', (object) => (object['status'] = status));

describe(waitFor, () => {
  it.each([
    ['ready', full],
    ['condition=Available', { ...full, conditions: [available] }],
    ['condition=available=true', { ...full, conditions: [available] }],
    ['condition=Progressing=False', { conditions: [{ type: 'Progressing', status: 'False' }] }],
    ['phase=Done', { phase: 'Done' }],
    ['jsonpath={.status.availableReplicas}', full],
    ['jsonpath={.status.availableReplicas}=1', full],
    ['jsonpath={.status.conditions[?(@.type=="Available")].status}=True', { conditions: [available] }],
    ['cel=object.status.availableReplicas == object.spec.replicas', full],
  ])('waits for %s over a status that is missing, null and different', async (target, status) => {
    server.put(deployment);
    const wait = waiting(target);
    await watching();
    become(null);
    become({ phase: 'New', conditions: null });
    become(status);
    expect(await wait).toMatchObject({ metadata: { name: 'op' }, status });
  });

  it('waits for what is not there yet', async () => {
    const wait = waiting('create');
    await watching();
    server.put(deployment);
    expect(await wait).toMatchObject({ metadata: { uid: 'u1' } });
  });

  it.each([
    ['condition=Available', { observedGeneration: 1, conditions: [available] }],
    ['condition=Available', { conditions: [{ ...available, observedGeneration: 1 }] }],
    ['ready', { ...full, observedGeneration: 1 }],
    ['phase=Done', { observedGeneration: 1, phase: 'Done' }],
  ])('R12: does not take %s of an older generation', async (target, status) => {
    server.put({ ...deployment, status });
    const wait = waiting(target);
    await watching();
    await clock.advance(60_000);
    await expect(wait).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.each(['ready', 'phase=Done', 'cel=object.status.x == 1', 'jsonpath={.status.x}'])(
    'R12: tells that it was deleted before %s',
    async (target) => {
      server.put(deployment);
      const wait = waiting(target);
      await watching();
      server.remove('Deployment', 'op');
      await expect(wait).rejects.toMatchObject({
        code: 'DELETED',
        message: `Deployment op was deleted before it reached ${target}`,
        detail: expect.stringContaining('"uid": "u1"'),
      });
    },
  );

  it('R12: does not take one for another that has its name', async () => {
    server.put(deployment);
    const wait = waiting('ready');
    await watching();
    server.objects.clear();
    server.put({ ...deployment, metadata: { ...deployment.metadata, uid: 'u2' }, status: full });
    await expect(wait).rejects.toMatchObject({
      code: 'DELETED',
      message: 'Deployment op was replaced before it reached ready',
    });
  });

  it('R12: looks for the very one that is asked for', async () => {
    server.put({ ...deployment, status: full });
    await expect(waiting('ready', { uid: 'u0' })).rejects.toMatchObject({ code: 'DELETED' });
  });

  it('sees that one is gone, or that another has its name', async () => {
    expect(await waiting('delete')).toBeUndefined();
    server.put(deployment);
    const wait = waiting('delete');
    await watching();
    server.put({ ...deployment, metadata: { ...deployment.metadata, uid: 'u2' } });
    expect(await wait).toBeUndefined();
  });

  it('ends as soon as it has failed for good', async () => {
    server.put(deployment);
    const wait = waiting('ready');
    await watching();
    const late = { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' };
    become({ observedGeneration: 2, conditions: [late] });
    await expect(wait).rejects.toMatchObject({
      code: 'NOT_READY',
      message: 'Deployment op will not reach ready: 0 of 1 replicas available; ProgressDeadlineExceeded: timed out',
    });
  });

  it('ends at what the caller calls failed', async () => {
    server.put(deployment);
    const wait = waiting('phase=Done', { failOn: ['condition=Failed', 'cel=object.status.tries > 2'] });
    await watching();
    become({ tries: 2 });
    become({ tries: 3 });
    await expect(wait).rejects.toMatchObject({
      code: 'NOT_READY',
      message: 'Deployment op will not reach phase=Done: cel=object.status.tries > 2',
    });
  });

  it('tells each state once', async () => {
    server.put(deployment);
    const lines: string[] = [];
    const wait = waiting('ready', { onChange: (text) => lines.push(text) });
    await watching();
    become({ observedGeneration: 2 });
    become({ observedGeneration: 2, replicas: 1 });
    become(full);
    await wait;
    expect(lines).toEqual([
      '0 of 1 replicas available; its controller has not seen it yet',
      '0 of 1 replicas available',
      'ready',
    ]);
  });

  it.each([
    ['soon', 'not something to wait for'],
    ['cel=object.', 'not a CEL rule'],
    ['jsonpath={.a[}', 'not a JSONPath'],
  ])('rejects %s before it asks anything', async (target, message) => {
    await expect(waiting(target)).rejects.toMatchObject({ code: 'INVALID', message: expect.stringContaining(message) });
    expect(server.requests).toEqual([]);
  });

  it('rejects a comparison with many values', async () => {
    server.put({ ...deployment, status: { conditions: [available, available] } });
    await expect(waiting('jsonpath={.status.conditions[*].status}=True')).rejects.toMatchObject({
      code: 'INVALID',
      message: 'jsonpath {.status.conditions[*].status} leads to 2 values, which is not compared with "True"',
    });
  });
});
