import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import type { StoredObject } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import type { KubeClient } from './kube-client.js';
import { Survivor } from './survivor.js';

const job = { apiVersion: 'kubeflow.org/v1', kind: 'TFJob', metadata: { name: 'j', namespace: 'ns' } };
const pod = (uid: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `j-worker-${uid}`, namespace: 'ns', uid },
});
const isTrue = (type: string, message = '') => ({ conditions: [{ type, status: 'True', message }] });

let server: FakeKube;
let kube: KubeClient;
let survivor: Survivor;
beforeEach(async () => {
  server = new FakeKube();
  await server.start();
  const clock = new ManualClock();
  kube = await connect(server.kubeconfig, { clock });
  server.onChange = (type, { kind, metadata }) => {
    if (type === 'created') server.change(kind, metadata.name, (one) => (one['status'] = isTrue('Running')));
  };
  survivor = await Survivor.create({ kube, clock }, job, { condition: 'Running' });
  await survivor.reach({ timeoutMs: 60_000 });
  server.put(pod('a'));
  server.put(pod('b'));
  await survivor.remember();
});
afterEach(async () => {
  kube.close();
  await server.stop();
});
const change = (fields: (one: StoredObject) => void): void => void server.change('TFJob', 'j', fields);

describe(Survivor, () => {
  it('survives when it is the same object in the same state with the same pods', async () => {
    const lines: string[] = [];
    expect(await survivor.problem((line) => lines.push(line))).toBeUndefined();
    expect(lines).toEqual(['TFJob j: Running=True']);
  });

  it.each<[what: string, does: () => void, problem: string]>([
    ['was deleted', () => server.remove('TFJob', 'j'), 'TFJob j is gone'],
    [
      'was made anew',
      () => change(({ metadata }) => (metadata.uid = 'another')),
      'TFJob j is another one: uid another, not uid-1',
    ],
    [
      'is being deleted',
      () => change(({ metadata }) => (metadata.deletionTimestamp = '2026-01-01T00:00:00Z')),
      'TFJob j is being deleted',
    ],
    ['failed', () => change((one) => (one['status'] = isTrue('Failed', 'no master'))), 'TFJob j is Failed: no master'],
    [
      'left its state',
      () => change((one) => (one['status'] = isTrue('Created'))),
      'TFJob j is no longer Running: Created=True',
    ],
    ['lost its status', () => change((one) => delete one['status']), 'TFJob j is no longer Running: no status yet'],
    ['lost a pod', () => server.remove('Pod', 'j-worker-a'), 'TFJob j lost 1 of its 2 pods'],
  ])('does not survive when it %s', async (_what, does, problem) => {
    does();
    expect(await survivor.problem(() => {})).toBe(problem);
  });

  it('may get more pods', async () => {
    server.put(pod('c'));
    expect(await survivor.problem(() => {})).toBeUndefined();
  });
});
