import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock, FakeGke } from './__fixtures__/fake-gke.js';
import { GkeError } from './errors.js';
import type { Gke } from './gke.js';
import { createGke } from './gke.js';
import { createClusterInLocations } from './locations.js';
import type { NodeWatcher } from './node-watch.js';

const ref = { project: 'p', location: 'us-east1-b', name: 'trial' };
const path = 'projects/p/locations/us-east1-b/clusters/trial';
const request = { ...ref, labels: { 'seatrial-run': 'r1' } };
const limits = { timeoutMs: 1_800_000 };
const stockout = {
  error: { code: 14, message: 'does not have enough resources available to fulfill request: us-east1-b' },
};

/** A Kubernetes whose nodes are all there. */
const allReady: NodeWatcher = async function* (cluster) {
  yield cluster.nodePools.flatMap(({ name, wantedNodes, gpusPerNode }) =>
    Array.from({ length: wantedNodes }, (_, at) => ({
      name: `${name}-${at}`,
      nodePool: name,
      ready: true,
      gpus: gpusPerNode,
    })),
  );
};

let server: FakeGke;
let clock: FakeClock;
let gke: Gke;
const started: FakeGke[] = [];

beforeEach(async () => {
  server = new FakeGke();
  started.push(server);
  await server.start();
  clock = new FakeClock();
  gke = createGke({ endpoint: server.endpoint, clock, random: () => 0.5, watchNodes: allReady });
});
afterEach(() => gke.close());
afterAll(() => started.forEach((one) => one.stop()));

const failing = async (call: Promise<unknown>): Promise<GkeError> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GkeError);
  return error as GkeError;
};

describe('createCluster', () => {
  it('sends the request, awaits the operation and returns what is needed to connect', async () => {
    const progress: string[] = [];
    const cluster = await gke.createCluster(request, { ...limits, onProgress: (text) => progress.push(text) });
    expect(cluster).toMatchObject({ ...ref, status: 'RUNNING', endpoint: '10.0.0.1', caCertificate: 'Y2E=' });
    expect(cluster.labels).toEqual({ 'seatrial-run': 'r1' });
    expect(server.requests[0]).toMatchObject({ name: 'trial', releaseChannel: { channel: 'REGULAR' } });
    expect(progress).toEqual(['create cluster: running']);
  });

  it('polls soon at first, then less and less, up to 10 s', async () => {
    server.polls = 20;
    await gke.createCluster(request, limits);
    expect(clock.sleeps[0]).toBe(200);
    expect(clock.sleeps[1]).toBe(320);
    expect(Math.max(...clock.sleeps)).toBe(10_000);
  });

  it.each([
    ['a stock-out by code', stockout, 'STOCKOUT'],
    [
      'a stock-out by condition',
      { clusterConditions: [{ code: 'GCE_STOCKOUT' as const, message: 'no machines' }] },
      'STOCKOUT',
    ],
    ['quota by condition', { clusterConditions: [{ code: 'GCE_QUOTA_EXCEEDED' as const, message: 'CPUS' }] }, 'QUOTA'],
    [
      'an unhealthy master',
      { error: { code: 13, message: 'component "kube-apiserver" is unhealthy' } },
      'OPERATION_FAILED',
    ],
  ])('O3, R2: does not take an operation that is DONE with %s for success', async (_what, outcome, code) => {
    server.outcomes.push(outcome);
    const error = await failing(gke.createCluster(request, limits));
    expect(error).toMatchObject({ code, cluster: 'trial', location: 'us-east1-b', infrastructure: true });
    expect(error.message).toContain('could not create cluster trial in us-east1-b');
  });

  it('fails when a node pool came up with errors', async () => {
    server.created = {
      nodePools: [{ name: 'gpu', status: 'RUNNING_WITH_ERROR', statusMessage: 'GCE_STOCKOUT: none' }],
    };
    expect(await failing(gke.createCluster(request, limits))).toMatchObject({
      code: 'STOCKOUT',
      message: expect.stringContaining('node pool gpu is RUNNING_WITH_ERROR'),
    });
  });

  it('R3: gives up on quota, saying what to do', async () => {
    server.faults.createCluster = [
      { code: 7, details: 'Insufficient regional quota to satisfy request: resource "CPUS"' },
    ];
    expect(await failing(gke.createCluster(request, limits))).toMatchObject({
      code: 'QUOTA',
      hint: 'Ask for more quota in the region, ask for fewer or smaller nodes, or take another region.',
    });
    expect(server.calls).toEqual(['createCluster trial']);
  });

  it('R3: waits out a rate limit with the same request', async () => {
    const limited = { code: 8, details: "Quota exceeded for quota metric 'Requests' and limit 'Requests per minute'" };
    server.faults.createCluster = [limited, limited];
    await gke.createCluster(request, limits);
    expect(server.calls.filter((call) => call === 'createCluster trial')).toHaveLength(3);
  });

  it('R4: finds the cluster by name when the answer is lost', async () => {
    server.faults.createCluster = ['lost'];
    const cluster = await gke.createCluster(request, limits);
    expect(cluster.status).toBe('RUNNING');
    expect(server.requests).toHaveLength(1);
  });

  it('R4: sends again when the request never arrived', async () => {
    server.faults.createCluster = [{ code: 14, details: 'connection refused' }];
    await gke.createCluster(request, limits);
    expect(server.requests).toHaveLength(1);
    expect(server.calls.filter((call) => call === 'createCluster trial')).toHaveLength(2);
  });

  it('O4: waits for a cluster of ours that is there already', async () => {
    server.add(path, { status: 'PROVISIONING', endpoint: '', resourceLabels: { 'seatrial-run': 'r1' } });
    server.addOperation(
      'operation-other',
      { operationType: 'CREATE_CLUSTER', targetLink: `https://x/v1/${path}`, selfLink: path },
      3,
    );
    const cluster = await gke.createCluster(request, limits);
    expect(cluster.status).toBe('RUNNING');
    expect(server.calls).toContain('getOperation operation-other');
  });

  it.each([
    ['without our label', {}, 'has no label seatrial-run'],
    ['of another run', { 'seatrial-run': 'r2' }, 'belongs to run r2'],
  ])('O4: fails on a cluster of the same name %s', async (_what, resourceLabels, text) => {
    server.add(path, { resourceLabels });
    const error = await failing(gke.createCluster(request, limits));
    expect(error).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(error.message).toBe(`a cluster trial exists in us-east1-b and is not ours: it ${text}`);
  });

  it('waits for one of ours that is being deleted, then creates', async () => {
    server.add(path, { status: 'STOPPING', resourceLabels: { 'seatrial-run': 'r1' } });
    clock.onSleep = () => {
      if (clock.sleeps.length === 4) server.clusters.delete(path);
    };
    expect(await gke.createCluster(request, limits)).toMatchObject({ status: 'RUNNING' });
  });

  it('R6: goes on through an API that is away or refuses a token in a long wait', async () => {
    server.polls = 5;
    server.faults.getOperation = [
      { code: 14, details: 'away' },
      { code: 13, details: 'internal' },
      { code: 16, details: 'token expired' },
      { code: 8, details: 'per minute' },
    ];
    expect(await gke.createCluster(request, limits)).toMatchObject({ status: 'RUNNING' });
  });

  it('gives up on credentials that are refused again and again', async () => {
    server.faults.createCluster = Array.from({ length: 9 }, () => ({ code: 16, details: 'no' }));
    expect(await failing(gke.createCluster(request, limits))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(server.calls).toHaveLength(3);
  });

  it('ends at its budget with what it last saw', async () => {
    server.polls = Infinity;
    const error = await failing(gke.createCluster(request, { timeoutMs: 60_000 }));
    expect(error).toMatchObject({
      code: 'TIMEOUT',
      message: 'could not create cluster trial in us-east1-b within 60 s',
    });
  });

  it('ends at once when it is aborted, with the reason', async () => {
    server.polls = Infinity;
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    clock.onSleep = () => clock.sleeps.length > 2 && controller.abort(reason);
    await expect(gke.createCluster(request, { ...limits, signal: controller.signal })).rejects.toBe(reason);
  });

  it('asks the cluster when the operation is no longer known', async () => {
    server.faults.getOperation = [{ code: 5, details: 'Not found: operation' }];
    clock.onSleep = () =>
      Object.assign(server.clusters.get(path) ?? {}, { status: 'RUNNING', endpoint: '1.1.1.1', nodePools: [] });
    expect(await gke.createCluster(request, limits)).toMatchObject({ endpoint: '1.1.1.1' });
  });
});

describe('deleteCluster', () => {
  beforeEach(() => server.add(path, {}));

  it('is done only when the cluster is gone', async () => {
    await gke.deleteCluster(ref, limits);
    expect(server.clusters.size).toBe(0);
    expect(server.calls.at(-1)).toBe('getCluster trial');
  });

  it('takes a cluster that is not there for deleted', async () => {
    server.clusters.clear();
    await gke.deleteCluster(ref, limits);
    expect(server.calls).toEqual(['deleteCluster trial']);
  });

  it('R5: waits for the operation that is in the way, then deletes', async () => {
    server.addOperation('operation-up-1', { operationType: 'UPGRADE_MASTER', targetLink: path }, 4);
    const busy = { code: 9, details: 'Cluster is running incompatible operation operation-up-1.' };
    server.faults.deleteCluster = [busy, busy];
    await gke.deleteCluster(ref, limits);
    expect(server.clusters.size).toBe(0);
    expect(server.calls.filter((call) => call === 'getOperation operation-up-1').length).toBeGreaterThanOrEqual(4);
    expect(server.calls.filter((call) => call === 'deleteCluster trial')).toHaveLength(3);
  });

  it('R5: waits while a cluster is stopping whose deletion was answered by nobody', async () => {
    server.faults.deleteCluster = ['lost'];
    clock.onSleep = () => clock.sleeps.length > 3 && server.clusters.clear();
    await gke.deleteCluster(ref, limits);
    expect(server.calls.filter((call) => call === 'deleteCluster trial')).toHaveLength(1);
  });

  it('deletes again when the operation failed', async () => {
    server.outcomes.push({ error: { code: 13, message: 'could not detach' } });
    await gke.deleteCluster(ref, limits);
    expect(server.clusters.size).toBe(0);
  });

  it.each([
    ['O5: a missing permission', { code: 7, details: 'Required permission' }, 'DENIED'],
    ['O5: a bad request', { code: 3, details: 'bad' }, 'INVALID'],
  ])('fails on %s with the command that deletes it by hand', async (_what, fault, code) => {
    server.faults.deleteCluster = [fault];
    expect(await failing(gke.deleteCluster(ref, limits))).toMatchObject({
      code,
      hint: 'Delete it by hand: gcloud container clusters delete trial --project p --location us-east1-b --quiet',
    });
  });

  it('O5: fails when the service stays away', async () => {
    server.faults.deleteCluster = Array.from({ length: 500 }, () => ({ code: 14, details: 'away' }));
    expect(await failing(gke.deleteCluster(ref, { timeoutMs: 60_000 }))).toMatchObject({
      code: 'TIMEOUT',
      hint: expect.stringContaining('gcloud container clusters delete trial'),
    });
  });

  it('gives up after the third operation that fails', async () => {
    server.outcomes.push(...[1, 2, 3].map(() => ({ error: { code: 13, message: 'stuck' } })));
    expect(await failing(gke.deleteCluster(ref, limits))).toMatchObject({ code: 'OPERATION_FAILED' });
  });
});

describe('findCluster, listClusters', () => {
  it('answers undefined for a cluster that is not there', async () => {
    expect(await gke.findCluster(ref)).toBeUndefined();
  });

  it('lists clusters, and the zones that did not answer', async () => {
    server.add(path, { resourceLabels: { a: 'b' } });
    server.missingZones = ['us-east1-c'];
    expect(await gke.listClusters({ project: 'p' })).toMatchObject({
      clusters: [{ name: 'trial', location: 'us-east1-b', labels: { a: 'b' } }],
      missingZones: ['us-east1-c'],
    });
    expect(server.calls).toEqual(['listClusters -']);
  });

  it('lists nothing as an empty list', async () => {
    expect(await gke.listClusters({ project: 'p' })).toEqual({ clusters: [], missingZones: [] });
  });
});

describe(createClusterInLocations, () => {
  const locations = ['us-east1-b', 'us-east1-c', 'us-west1-a'];
  const { location: _, ...anywhere } = request;

  it('R2: deletes the failed cluster, then tries the next location', async () => {
    server.outcomes.push(stockout);
    const tried: string[] = [];
    const onLocation = (location: string): void => void tried.push(location);
    const cluster = await createClusterInLocations(gke, { ...anywhere, locations }, { ...limits, onLocation });
    expect(cluster.location).toBe('us-east1-c');
    expect(tried).toEqual(['us-east1-b', 'us-east1-c']);
    expect([...server.clusters.keys()]).toEqual(['projects/p/locations/us-east1-c/clusters/trial']);
  });

  it('R3: ends at a lack of quota', async () => {
    server.faults.createCluster = [{ code: 7, details: 'Insufficient regional quota to satisfy request' }];
    const error = await failing(createClusterInLocations(gke, { ...anywhere, locations }, limits));
    expect(error.code).toBe('QUOTA');
    expect(server.calls).toEqual(['createCluster trial']);
  });

  it('stops at a missing permission', async () => {
    server.faults.createCluster = [{ code: 7, details: 'Required permission' }];
    const error = await failing(createClusterInLocations(gke, { ...anywhere, locations }, limits));
    expect(error.code).toBe('DENIED');
    expect(server.requests).toEqual([]);
  });
});
