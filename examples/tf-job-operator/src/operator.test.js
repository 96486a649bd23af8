import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from './kube-client.js';
import { createOperator } from './operator.js';
import { createFakeCluster } from './testing/fake-cluster.js';
import { tfJob } from './testing/objects.js';

const JOB = '/apis/kubeflow.org/v1/namespaces/lab/tfjobs/mnist';
const PODS = '/api/v1/namespaces/lab/pods';
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Runs an operator on a cluster in memory, without ever waiting: pauses end in the next turn. */
async function withOperator(body, { cluster = createFakeCluster(), job = tfJob() } = {}) {
  cluster.put(JOB, job);
  const controller = new AbortController();
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const operator = createOperator({
    client: cluster.client,
    log: silent,
    now: () => Date.parse('2026-01-02T03:04:05Z'),
    sleep: turn,
  });
  const running = operator.run(controller.signal);
  const until = async (isTrue) => {
    for (let turns = 0; turns < 1000; turns += 1) {
      if (isTrue()) return;
      await turn();
    }
    assert.fail(`never came true: ${isTrue}`);
  };
  const status = () => cluster.object(JOB).status ?? {};
  const has = (type) => (status().conditions ?? []).some((each) => each.type === type && each.status === 'True');
  const setPhase = (phase, ...names) => {
    for (const name of names) {
      const pod = cluster.object(`${PODS}/${name}`);
      cluster.put(`${PODS}/${name}`, { ...pod, status: { phase } });
    }
  };
  try {
    await body({ cluster, operator, until, has, status, setPhase });
  } finally {
    controller.abort();
    await running;
  }
  return cluster;
}
const ALL = ['mnist-ps-0', 'mnist-chief-0', 'mnist-worker-0', 'mnist-worker-1'];

test('takes a job from Created over Running to Succeeded', async () => {
  await withOperator(async ({ cluster, operator, until, has, setPhase }) => {
    await until(() => cluster.names('pods').length === 4 && has('Created'));
    assert.equal(operator.ready, true);
    assert.deepEqual(cluster.names('pods').sort(), [...ALL].sort());
    assert.deepEqual(cluster.names('services'), ['mnist']);
    setPhase('Running', ...ALL);
    await until(() => has('Running'));
    setPhase('Succeeded', 'mnist-worker-0', 'mnist-worker-1', 'mnist-chief-0');
    await until(() => has('Succeeded') && !cluster.names('pods').includes('mnist-ps-0'));
    assert.deepEqual(cluster.names('pods').sort(), ['mnist-chief-0', 'mnist-worker-0', 'mnist-worker-1']);
  });
});

test('fails a job whose worker failed', async () => {
  await withOperator(async ({ cluster, until, has, setPhase, status }) => {
    await until(() => cluster.names('pods').length === 4);
    setPhase('Failed', 'mnist-worker-0');
    await until(() => has('Failed'));
    assert.equal(status().conditions.at(-1).reason, 'ReplicaFailed');
  });
});

test('makes a deleted pod again', async () => {
  await withOperator(async ({ cluster, until, has }) => {
    await until(() => cluster.names('pods').length === 4 && has('Created'));
    const { uid } = cluster.object(`${PODS}/mnist-worker-0`).metadata;
    await cluster.client.delete(`${PODS}/mnist-worker-0`, { preconditions: { uid } });
    await until(() => cluster.names('pods').length === 4);
  });
});

test('lists anew after 410 and misses nothing that happened meanwhile', async () => {
  await withOperator(async ({ cluster, until, has, setPhase }) => {
    await until(() => cluster.names('pods').length === 4 && has('Created') && cluster.watches === 2);
    const lists = cluster.calls.filter(({ method, path }) => method === 'GET' && path.includes('labelSelector')).length;
    cluster.breakWatches(new ApiError(410, 'Expired', 'too old resource version'));
    setPhase('Running', ...ALL); // the broken watches do not see this
    await until(() => has('Running'));
    assert.ok(
      cluster.calls.filter(({ method, path }) => method === 'GET' && path.includes('labelSelector')).length > lists,
    );
  });
});

test('goes on after the API server was away', async () => {
  const cluster = createFakeCluster();
  for (let calls = 0; calls < 5; calls += 1) cluster.breakNext(new Error('connect ECONNREFUSED'));
  await withOperator(({ until, has }) => until(() => has('Created') && cluster.names('pods').length === 4), {
    cluster,
  });
});

test('goes on after a conflict of its status', async () => {
  await withOperator(async ({ cluster, until, has }) => {
    await until(() => has('Created'));
    const conflicts = () => cluster.calls.filter(({ method }) => method === 'PUT').length;
    const before = conflicts();
    cluster.breakNext(new ApiError(409, 'Conflict', 'was changed'));
    for (const name of ALL)
      cluster.put(`${PODS}/${name}`, { ...cluster.object(`${PODS}/${name}`), status: { phase: 'Running' } });
    await until(() => has('Running'));
    assert.ok(conflicts() > before);
  });
});

test("leaves another owner's pod alone", async () => {
  const cluster = createFakeCluster();
  const stranger = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'mnist-ps-0', namespace: 'lab', labels: {} },
    spec: {},
    status: { phase: 'Failed' },
  };
  cluster.put(`${PODS}/mnist-ps-0`, stranger);
  await withOperator(
    async ({ until, has }) => {
      await until(
        () => cluster.calls.filter(({ method, path }) => method === 'GET' && path.endsWith('/mnist-ps-0')).length > 1,
      );
      assert.equal(has('Failed'), false);
    },
    { cluster },
  );
  assert.equal(cluster.object(`${PODS}/mnist-ps-0`).metadata.ownerReferences, undefined);
});

test('does nothing for a job that is being deleted', async () => {
  const job = tfJob();
  job.metadata.deletionTimestamp = '2026-01-02T03:04:00Z';
  const cluster = await withOperator(({ operator, until }) => until(() => operator.ready), { job });
  assert.deepEqual(cluster.names('pods'), []);
});
