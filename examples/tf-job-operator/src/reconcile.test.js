import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconcile } from './reconcile.js';
import { podsOf, tfJob } from './testing/objects.js';

const NOW = Date.parse('2026-01-02T03:04:05.678Z');
const TIME = '2026-01-02T03:04:05Z';
const names = (pods) => pods.map(({ metadata }) => metadata.name);
const condition = ({ status }, type) => status.conditions.find((each) => each.type === type);

/** What the operator sees after `pods` were reported, for a job whose status is that of an earlier look. */
function after(job, pods, earlierPods = podsOf(job, 'Running')) {
  const { status } = reconcile(job, earlierPods, NOW - 60_000);
  return reconcile({ ...job, status }, pods, NOW);
}

test('makes all pods and the service of a new job, and says Created', () => {
  const plan = reconcile(tfJob(), [], NOW);
  assert.deepEqual(names(plan.createPods), ['mnist-ps-0', 'mnist-chief-0', 'mnist-worker-0', 'mnist-worker-1']);
  assert.deepEqual(names(plan.createServices), ['mnist']);
  assert.deepEqual(plan.status, {
    observedGeneration: 3,
    startTime: TIME,
    replicaStatuses: {
      Ps: { active: 0, succeeded: 0, failed: 0, restarts: 0 },
      Chief: { active: 0, succeeded: 0, failed: 0, restarts: 0 },
      Worker: { active: 0, succeeded: 0, failed: 0, restarts: 0 },
    },
    conditions: [
      {
        type: 'Created',
        status: 'True',
        reason: 'TFJobCreated',
        message: 'TFJob mnist was seen',
        lastTransitionTime: TIME,
      },
    ],
  });
});

test('makes only the pod that is missing', () => {
  const job = tfJob();
  const pods = podsOf(job, 'Running').filter(({ metadata }) => metadata.name !== 'mnist-worker-1');
  assert.deepEqual(names(after(job, pods).createPods), ['mnist-worker-1']);
});

test('waits for a pod that is going before it makes it again', () => {
  const job = tfJob();
  const pods = podsOf(job, 'Running');
  pods[2].metadata.deletionTimestamp = TIME;
  pods[2].status.phase = 'Failed';
  const plan = after(job, pods);
  assert.deepEqual(plan.createPods, []);
  assert.equal(condition(plan, 'Failed'), undefined);
});

test('deletes what the spec no longer asks for', () => {
  const pods = podsOf(tfJob({ counts: { Chief: 1, Worker: 3 } }), 'Running');
  assert.deepEqual(names(after(tfJob({ counts: { Chief: 1, Worker: 1 } }), pods).deletePods), [
    'mnist-worker-1',
    'mnist-worker-2',
  ]);
});

test('says Running when every replica has started', () => {
  const job = tfJob();
  assert.equal(condition(reconcile(job, podsOf(job, 'Running', { 'chief-0': 'Pending' }), NOW), 'Running'), undefined);
  assert.equal(condition(reconcile(job, podsOf(job, 'Running'), NOW), 'Running').status, 'True');
});

test('keeps the time since when a condition holds', () => {
  const job = tfJob();
  const running = condition(after(job, podsOf(job, 'Running')), 'Running');
  assert.equal(running.lastTransitionTime, '2026-01-02T03:03:05Z');
});

test('takes Running back when a replica is lost', () => {
  const job = tfJob();
  const { status, lastTransitionTime, message } = condition(after(job, podsOf(job, 'Running').slice(1)), 'Running');
  assert.deepEqual(
    { status, lastTransitionTime, message },
    { status: 'False', lastTransitionTime: TIME, message: '3 of 4 replicas run' },
  );
});

test('has succeeded when the chief has, and deletes what still runs', () => {
  const job = tfJob();
  const plan = after(job, podsOf(job, 'Running', { 'chief-0': 'Succeeded', 'worker-0': 'Succeeded' }));
  assert.equal(condition(plan, 'Succeeded').message, 'the chief succeeded');
  assert.equal(condition(plan, 'Running').status, 'False');
  assert.equal(plan.status.completionTime, TIME);
  assert.deepEqual(names(plan.deletePods), ['mnist-ps-0', 'mnist-worker-1']);
});

test('without a chief has succeeded when all workers have', () => {
  const job = tfJob({ counts: { Worker: 2, Ps: 1 } });
  assert.equal(condition(after(job, podsOf(job, 'Running', { 'worker-0': 'Succeeded' })), 'Succeeded'), undefined);
  const plan = after(job, podsOf(job, 'Succeeded', { 'ps-0': 'Running' }));
  assert.equal(condition(plan, 'Succeeded').message, 'all 2 workers succeeded');
});

test('a chief that is not wanted does not decide', () => {
  const job = tfJob({ counts: { Chief: 0, Worker: 1 } });
  assert.equal(condition(after(job, podsOf(job, 'Succeeded')), 'Succeeded').status, 'True');
});

test('has failed when a replica has, and says why', () => {
  const job = tfJob();
  const failed = {
    phase: 'Failed',
    containerStatuses: [{ name: 'tensorflow', state: { terminated: { exitCode: 1, reason: 'Error' } } }],
  };
  const plan = after(job, podsOf(job, 'Running', { 'worker-1': failed }));
  const { reason, message } = condition(plan, 'Failed');
  assert.deepEqual(
    { reason, message },
    { reason: 'ReplicaFailed', message: 'pod mnist-worker-1 failed: container tensorflow exited with 1 (Error)' },
  );
  assert.deepEqual(names(plan.deletePods), ['mnist-ps-0', 'mnist-chief-0', 'mnist-worker-0']);
});

test("a chief's success outweighs another's failure", () => {
  const job = tfJob();
  const plan = after(job, podsOf(job, 'Running', { 'chief-0': 'Succeeded', 'worker-0': 'Failed' }));
  assert.equal(condition(plan, 'Failed'), undefined);
  assert.equal(condition(plan, 'Succeeded').status, 'True');
});

for (const [restartCount, failed] of [
  [2, false],
  [3, true],
]) {
  test(`with a backoffLimit of 2, ${restartCount} restarts ${failed ? 'fail the job' : 'are borne'}`, () => {
    const job = tfJob({ restartPolicy: 'OnFailure', backoffLimit: 2 });
    const status = {
      phase: 'Running',
      containerStatuses: [{ name: 'tensorflow', restartCount, lastState: { terminated: { exitCode: 7 } } }],
    };
    const plan = after(job, podsOf(job, 'Running', { 'worker-0': status }));
    assert.equal(condition(plan, 'Failed')?.reason, failed ? 'BackoffLimitExceeded' : undefined);
    assert.equal(plan.status.replicaStatuses.Worker.restarts, restartCount);
  });
}

for (const [policy, deleted] of [
  ['Running', ['mnist-ps-0']],
  ['All', ['mnist-ps-0', 'mnist-worker-0']],
  ['None', []],
]) {
  test(`cleanPodPolicy ${policy} deletes ${deleted.join(', ') || 'nothing'}`, () => {
    const job = tfJob({ counts: { Worker: 1, Ps: 1 }, cleanPodPolicy: policy });
    assert.deepEqual(names(after(job, podsOf(job, 'Succeeded', { 'ps-0': 'Running' })).deletePods), deleted);
  });
}

test('leaves a finished job as it is, but for the count of active pods', () => {
  const job = tfJob();
  const { status } = after(job, podsOf(job, 'Running', { 'chief-0': 'Succeeded' }));
  const cleaned = podsOf(job, 'Succeeded').filter(({ metadata }) => metadata.name === 'mnist-chief-0');
  const later = reconcile({ ...job, status }, cleaned, NOW + 60_000);
  assert.deepEqual([later.createPods, later.deletePods, later.createServices], [[], [], []]);
  assert.deepEqual(later.status.conditions, status.conditions);
  assert.equal(later.status.completionTime, TIME);
  assert.deepEqual(later.status.replicaStatuses.Worker, { active: 0, succeeded: 0, failed: 0, restarts: 0 });
  assert.equal(later.status.replicaStatuses.Chief.succeeded, 1);
});

for (const [why, job, message] of [
  ['only parameter servers', tfJob({ counts: { Ps: 1 } }), /neither a Chief nor a Worker/],
  ['a name that a service may not have', tfJob({ name: '0-mnist' }), /cannot be a service's/],
  ['a name too long for its pods', tfJob({ name: 'm'.repeat(55) }), /1 characters too long/],
  ['no replicas at all', { ...tfJob(), spec: {} }, /neither a Chief nor a Worker/],
]) {
  test(`fails a job with ${why} and makes nothing`, () => {
    const plan = reconcile(job, [], NOW);
    assert.equal(condition(plan, 'Failed').reason, 'InvalidSpec');
    assert.match(condition(plan, 'Failed').message, message);
    assert.deepEqual([plan.createPods, plan.createServices], [[], []]);
  });
}

test('takes the longest name that still fits', () => {
  assert.equal(condition(reconcile(tfJob({ name: 'm'.repeat(54) }), [], NOW), 'Failed'), undefined);
});

test('the same look twice gives the same status', () => {
  const job = tfJob();
  const pods = podsOf(job, 'Running');
  const { status } = reconcile(job, pods, NOW);
  assert.deepEqual(reconcile({ ...job, status }, pods, NOW + 5_000).status, status);
});
