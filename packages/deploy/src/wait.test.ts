import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeKube } from './__fixtures__/fake-kube.js';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { connect } from './connect.js';
import type { KubeClient } from './kube-client.js';
import type { ConditionReached } from './wait.js';
import { waitForCondition, waitUntilGone } from './wait.js';

const job = {
  apiVersion: 'kubeflow.org/v1',
  kind: 'TFJob',
  metadata: { name: 'mnist', namespace: 'ns', uid: 'u1', generation: 1 },
};
const ref = { apiVersion: 'kubeflow.org/v1', kind: 'TFJob', namespace: 'ns', name: 'mnist' };
const succeeded = { type: 'Succeeded', status: 'True', reason: 'Done', message: 'all done' };

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
  options: { uid?: string; signal?: AbortSignal; onChange?: (text: string) => void } = {},
): Promise<ConditionReached> {
  const { uid, ...rest } = options;
  const wait = waitForCondition(
    { kube, clock },
    { ...ref, uid },
    { timeoutMs: 60_000, condition: 'Succeeded', failureConditions: ['Failed'], ...rest },
  );
  wait.catch(() => {}); // looked at later
  return wait;
}
const watching = (): Promise<void> => server.until(() => server.watches === 1);
const finish = (): unknown =>
  server.change('TFJob', 'mnist', (object) => (object['status'] = { conditions: [succeeded] }));

describe(waitForCondition, () => {
  it('returns as soon as the condition holds, telling each state once', async () => {
    server.put(job);
    const states: string[] = [];
    const wait = waiting({ onChange: (text) => states.push(text) });
    await watching();
    const running = { type: 'Running', status: 'True' };
    server.change('TFJob', 'mnist', (object) => (object['status'] = { conditions: [running] }));
    server.change('TFJob', 'mnist', (object) => (object['status'] = { conditions: [running], replicas: 2 }));
    finish();
    expect(await wait).toMatchObject({ type: 'Succeeded', failed: false, reason: 'Done', message: 'all done' });
    expect(states).toEqual(['no status yet', 'Running=True', 'Succeeded=True (Done: all done)']);
  });

  it('returns a failure condition as failed', async () => {
    server.put({ ...job, status: { conditions: [{ type: 'Failed', status: 'True', reason: 'Oom' }] } });
    expect(await waiting()).toMatchObject({ type: 'Failed', failed: true, reason: 'Oom' });
  });

  it.each([
    ['null', null],
    ['empty', {}],
    ['without a list of conditions', { conditions: null }],
    ['with a condition that does not hold', { conditions: [{ ...succeeded, status: 'False' }] }],
    ['of an older generation', { observedGeneration: 1, conditions: [succeeded] }],
    ['with a condition of an older generation', { conditions: [{ ...succeeded, observedGeneration: 1 }] }],
  ])('R12: goes on over a status that is %s', async (_what, status) => {
    server.put({ ...job, metadata: { ...job.metadata, generation: 2 }, status });
    const wait = waiting();
    await watching();
    finish();
    expect(await wait).toMatchObject({ type: 'Succeeded' });
  });

  it.each([
    ['the connection breaks', () => server.disturb('', { end: true })],
    ['a line cannot be read', () => server.disturb('{"type":"MODI')],
    [
      'the version is too old (410 in the stream)',
      () => server.disturb('{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}'),
    ],
    [
      'the server sends bookmarks',
      () => server.disturb('{"type":"BOOKMARK","object":{"kind":"TFJob","metadata":{"resourceVersion":"101"}}}'),
    ],
  ])('R12: goes on when %s', async (_what, disturb) => {
    server.put(job);
    const wait = waiting();
    await watching();
    disturb();
    finish();
    expect(await wait).toMatchObject({ type: 'Succeeded' });
  });

  it.each([
    ['410 for a watch', [{ status: 410, match: /watch/ }]],
    ['401 for a list, once', [{ status: 401, match: /tfjobs$/ }]],
    ['401 for a watch, once', [{ status: 401, match: /watch/ }]],
    ['503 a few times', [{ status: 503 }, { status: 503 }, { status: 503 }]],
    ['429', [{ status: 429, match: /tfjobs$/ }]],
    ['connections that are cut', [{ status: 0 }, { status: 0, match: /watch/ }]],
  ])('R6, R12: goes on after %s', async (_what, faults) => {
    server.put(job);
    server.faults.push(...faults);
    const wait = waiting();
    await watching();
    finish();
    expect(await wait).toMatchObject({ type: 'Succeeded' });
  });

  it('R12: says that the object was deleted, apart from a timeout', async () => {
    server.put(job);
    const wait = waiting();
    await watching();
    server.remove('TFJob', 'mnist');
    await expect(wait).rejects.toMatchObject({
      code: 'DELETED',
      message: 'TFJob mnist was deleted before it was Succeeded',
    });
  });

  it('R12: notices what was deleted while the watch was away', async () => {
    server.put(job);
    const wait = waiting();
    await watching();
    server.objects.clear();
    server.disturb('{"type":"ERROR","object":{"kind":"Status","code":410}}');
    await expect(wait).rejects.toMatchObject({ code: 'DELETED' });
  });

  it('does not take another object of the same name for it', async () => {
    server.put({ ...job, metadata: { ...job.metadata, uid: 'u2' }, status: { conditions: [succeeded] } });
    await expect(waiting({ uid: 'u1' })).rejects.toMatchObject({
      code: 'DELETED',
      message: 'TFJob mnist was replaced before it was Succeeded',
    });
  });

  it('ends at its budget with the last seen object', async () => {
    server.put({ ...job, status: { phase: 'Pending' } });
    const wait = waiting();
    await watching();
    await clock.advance(60_000);
    await expect(wait).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'TFJob mnist was Succeeded not within 60 s; phase Pending',
      detail: expect.stringContaining('"phase": "Pending"'),
    });
    await server.until(() => server.watches === 0);
  });

  it('ends at once when it is aborted, with the reason', async () => {
    server.put(job);
    const controller = new AbortController();
    const wait = waiting({ signal: controller.signal });
    await watching();
    const reason = new Error('stopped');
    controller.abort(reason);
    await expect(wait).rejects.toBe(reason);
  });

  it.each([
    ['a refusal', { status: 403, message: 'tfjobs is forbidden', match: /tfjobs$/ }, { httpStatus: 403 }],
    ['a missing kind', { status: 404, match: /kubeflow/ }, {}],
  ])('ends at once on %s', async (_what, fault, expected) => {
    server.faults.push(fault, fault);
    await expect(waiting()).rejects.toMatchObject({ code: 'REFUSED', ...expected });
  });

  it('gives up on credentials that are refused again and again', async () => {
    server.put(job);
    server.faults.push(...Array.from({ length: 20 }, () => ({ status: 401 })));
    await expect(waiting()).rejects.toMatchObject({ code: 'REFUSED', httpStatus: 401 });
  });
});

describe(waitUntilGone, () => {
  it('returns at once when there is nothing', async () => {
    await waitUntilGone({ kube, clock }, ref, { timeoutMs: 60_000 });
  });

  it('returns when it is deleted or replaced', async () => {
    server.put(job);
    const wait = waitUntilGone({ kube, clock }, { ...ref, uid: 'u1' }, { timeoutMs: 60_000 });
    await watching();
    server.remove('TFJob', 'mnist');
    server.put({ ...job, metadata: { ...job.metadata, uid: 'u2' } });
    await wait;
  });
});
