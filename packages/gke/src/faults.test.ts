import { describe, expect, it } from 'vitest';
import { limits, PROJECT, requestOf, sandboxGke } from './__fixtures__/sandbox-gke.js';
import { GkeError } from './errors.js';
import { createClusterInLocations } from './locations.js';

/** What a call failed with. */
async function failing(call: Promise<unknown>): Promise<GkeError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(GkeError);
  return error as GkeError;
}

const { location: _, ...anywhere } = requestOf('trial');
const locations = ['us-east1-b', 'us-east1-c', 'us-west1-a'];

describe('faults of the cloud, against the sandbox', () => {
  it('R2: takes the third location when the first two are out of machines, and leaves nothing in those', async () => {
    const { gke, names } = await sandboxGke({ faults: ['gke:stockout:#1-2'] });
    const progress: string[] = [];
    const onProgress = (text: string): void => void progress.push(text);
    const cluster = await createClusterInLocations(gke, { ...anywhere, locations }, { ...limits, onProgress });
    expect(cluster).toMatchObject({ location: 'us-west1-a', status: 'RUNNING' });
    expect(await names()).toEqual(['trial in us-west1-a']);
    expect(progress).toContainEqual(
      expect.stringMatching(/does not have enough resources.*deleting what is left in us-east1-b/),
    );
  });

  it('R2: says what each location said when none has room', async () => {
    const { gke, names } = await sandboxGke({ faults: ['gke:stockout'] });
    const error = await failing(createClusterInLocations(gke, { ...anywhere, locations }, limits));
    expect(error).toMatchObject({ code: 'STOCKOUT', location: 'us-west1-a', exitCode: 3 });
    expect(error.detail?.split('\n')).toHaveLength(3);
    expect(await names()).toEqual([]);
  });

  it('R2: fails with the command that deletes it when the cluster of a full location cannot be deleted', async () => {
    const { gke } = await sandboxGke({ faults: ['gke:stockout:#1', 'gke.DeleteCluster:PERMISSION_DENIED'] });
    const error = await failing(createClusterInLocations(gke, { ...anywhere, locations }, limits));
    expect(error.message).toContain('cluster trial in us-east1-b may be left over');
    expect(error.hint).toBe(
      'Delete it by hand: gcloud container clusters delete trial --project sandbox --location us-east1-b --quiet',
    );
  });

  it('R3: ends at once on a lack of quota (403), and tries no other location', async () => {
    const { gke, names } = await sandboxGke({ faults: ['gke.CreateCluster:quota-refusal'] });
    const tried: string[] = [];
    const onLocation = (location: string): void => void tried.push(location);
    const error = await failing(createClusterInLocations(gke, { ...anywhere, locations }, { ...limits, onLocation }));
    expect(error).toMatchObject({ code: 'QUOTA', hint: expect.stringContaining('Ask for more quota') });
    expect(error.message).toContain('resource "IN_USE_ADDRESSES"');
    expect([tried, await names()]).toEqual([['us-east1-b'], []]);
  });

  it('R3: waits as long as a 429 says, then sends the same request to the same location', async () => {
    const { gke } = await sandboxGke({ faults: ['gke.CreateCluster:rate-limit:#1-2'] });
    const startMs = Date.now();
    const cluster = await createClusterInLocations(gke, { ...anywhere, locations }, limits);
    expect(cluster.location).toBe('us-east1-b');
    // Twice the second the answer asks for.
    expect(Date.now() - startMs).toBeGreaterThanOrEqual(2_000);
  });

  it('R3, O3: takes an operation that ends with a lack of quota for a failure', async () => {
    const { gke } = await sandboxGke({ faults: ['gke:quota:#1'] });
    expect(await failing(gke.createCluster(requestOf('trial'), limits))).toMatchObject({
      code: 'QUOTA',
      message: expect.stringContaining('GCE_QUOTA_EXCEEDED'),
    });
  });

  it('R4: finds the cluster by its name when the answer to create is lost, and makes no second one', async () => {
    const { gke, names } = await sandboxGke({ faults: ['gke.CreateCluster:drop:#1'] });
    const cluster = await gke.createCluster(requestOf('trial'), limits);
    expect(cluster.status).toBe('RUNNING');
    expect(await names()).toEqual(['trial in us-east1-b']);
  });

  it.each([
    ['answers that break off', ['gke.CreateCluster:half:#1', 'gke.GetOperation:half:#1', 'gke.GetCluster:half:#1']],
    ['answers that take their time', ['gke:latency=150ms']],
    ['one of its methods, by path', ['gke/google.container.v1.ClusterManager/Get*:UNAVAILABLE:#1-2']],
  ])('R4: makes one cluster over %s', async (_what, faults) => {
    const { gke, names } = await sandboxGke({ faults });
    expect(await gke.createCluster(requestOf('trial'), limits)).toMatchObject({ status: 'RUNNING' });
    expect(await names()).toEqual(['trial in us-east1-b']);
  });

  it('R4: fails when the answer is lost and the cluster of the name is of another run', async () => {
    const { gke } = await sandboxGke({ faults: ['gke.CreateCluster:drop:#2'] });
    await gke.createCluster(requestOf('trial', { runId: 'theirs' }), limits);
    const error = await failing(gke.createCluster(requestOf('trial'), limits));
    expect(error).toMatchObject({ code: 'ALREADY_EXISTS', exitCode: 3 });
    expect(error.message).toContain('belongs to run theirs');
  });

  it('O4: a 409 for a cluster of ours means to wait until it is ready', async () => {
    const { gke } = await sandboxGke({ operationMs: 600 });
    const [first, second] = await Promise.all([
      gke.createCluster(requestOf('trial'), limits),
      gke.createCluster(requestOf('trial'), limits),
    ]);
    expect(second).toMatchObject({ status: 'RUNNING', id: first.id });
  });

  it("O4: a 409 for somebody else's cluster is an error, and that cluster stays", async () => {
    const { gke, names } = await sandboxGke();
    await gke.createCluster({ ...requestOf('trial'), labels: {} }, limits);
    const error = await failing(gke.createCluster(requestOf('trial'), limits));
    expect(error).toMatchObject({ code: 'ALREADY_EXISTS' });
    expect(error.message).toBe('a cluster trial exists in us-east1-b and is not ours: it has no label seatrial-run');
    expect(await names()).toEqual(['trial in us-east1-b']);
  });

  it('O3: an operation that is DONE with an error is a failure', async () => {
    const { gke } = await sandboxGke({ faults: ['gke.CreateCluster:operation-error:#1'] });
    expect(await failing(gke.createCluster(requestOf('trial'), limits))).toMatchObject({
      code: 'OPERATION_FAILED',
      message: expect.stringContaining('component "kube-apiserver"'),
      operation: expect.stringMatching(/^operation-/),
    });
    expect((await gke.findCluster(requestOf('trial')))?.status).toBe('ERROR');
  });

  it('R5: deletes after a deletion was refused twice for an operation that is in the way', async () => {
    const { gke, names } = await sandboxGke({ faults: ['gke.DeleteCluster:busy:#1-2'] });
    const cluster = await gke.createCluster(requestOf('trial'), limits);
    const progress: string[] = [];
    await gke.deleteCluster(cluster, { ...limits, onProgress: (text) => progress.push(text) });
    expect(progress.filter((text) => /^waiting for operation-/.test(text))).toHaveLength(2);
    expect(await names()).toEqual([]);
  });

  it('R5: deletes again when the deletion ended with an error', async () => {
    const { gke, names } = await sandboxGke({ faults: ['gke.DeleteCluster:operation-error:#1-2'] });
    const cluster = await gke.createCluster(requestOf('trial'), limits);
    await gke.deleteCluster(cluster, limits);
    expect(await names()).toEqual([]);
  });

  it('O5: fails with the exact command when the cluster cannot be deleted', async () => {
    const { gke, names } = await sandboxGke({ faults: ['gke.DeleteCluster:PERMISSION_DENIED'] });
    const cluster = await gke.createCluster(requestOf('trial'), limits);
    expect(await failing(gke.deleteCluster(cluster, limits))).toMatchObject({
      code: 'DENIED',
      hint: 'Delete it by hand: gcloud container clusters delete trial --project sandbox --location us-east1-b --quiet',
    });
    expect(await names()).toEqual(['trial in us-east1-b']);
  });

  it('R6: goes on through an API that is away in the middle of a wait', async () => {
    const faults = [
      'gke.GetOperation:UNAVAILABLE:#1-2',
      'gke.GetOperation:UNAUTHENTICATED:#3',
      'gke.GetCluster:reset:#1',
    ];
    const { gke } = await sandboxGke({ faults, operationMs: 100 });
    expect(await gke.createCluster(requestOf('trial'), limits)).toMatchObject({ status: 'RUNNING' });
  });

  it('deletes only the cluster it was told, not one that was made under the name since', async () => {
    const { gke, names } = await sandboxGke();
    const first = await gke.createCluster(requestOf('trial'), limits);
    await gke.deleteCluster(first, limits);
    await gke.createCluster(requestOf('trial', { runId: 'r2' }), limits);
    await gke.deleteCluster(first, limits);
    expect(await names()).toEqual(['trial in us-east1-b']);
  });

  it('knows a cluster that is not there', async () => {
    const { gke } = await sandboxGke();
    const ref = { project: PROJECT, location: 'us-east1-b', name: 'none' };
    expect(await gke.findCluster(ref)).toBeUndefined();
    await gke.deleteCluster(ref, limits);
  });
});
