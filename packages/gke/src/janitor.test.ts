import { describe, expect, it } from 'vitest';
import { HOUR_MS, limits, PROJECT, requestOf, sandboxGke } from './__fixtures__/sandbox-gke.js';
import type { GkeCluster } from './cluster.js';
import type { Gke } from './gke.js';
import type { JanitorReport } from './janitor.js';
import { runJanitor } from './janitor.js';
import { kubeCall } from './__fixtures__/kube-call.js';

const past = () => ({ expiresMs: Date.now() - HOUR_MS - 30_000 });
const options = { project: PROJECT, timeoutMs: 30_000 };
const outcomes = ({ clusters }: JanitorReport) =>
  Object.fromEntries(clusters.map(({ cluster, outcome }) => [cluster.name, outcome]));

async function create(gke: Gke, ...requests: Parameters<Gke['createCluster']>[0][]): Promise<GkeCluster[]> {
  return Promise.all(requests.map((request) => gke.createCluster(request, limits)));
}

const service = {
  metadata: { name: 'web' },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
};
const claim = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

describe(runJanitor, () => {
  it('deletes what has expired, wherever it is, and nothing else', async () => {
    const { gke, compute, names } = await sandboxGke();
    await create(
      gke,
      requestOf('old', past()),
      { ...requestOf('old-west', past()), location: 'us-west1-a' },
      requestOf('young'),
      { ...requestOf('mine'), labels: { 'seatrial-expires': '1' } },
      { ...requestOf('unclear'), labels: { 'seatrial-run': 'r1' } },
    );
    const report = await runJanitor({ gke, compute }, options);
    expect(outcomes(report)).toEqual({ old: 'deleted', 'old-west': 'deleted', young: 'kept', unclear: 'kept' });
    expect(report).toMatchObject({ clean: true, unseen: [] });
    expect((await names()).sort()).toEqual(['mine in us-east1-b', 'unclear in us-east1-b', 'young in us-east1-b']);
  });

  it('says what it would do in a dry run, and does nothing', async () => {
    const { gke, compute, names } = await sandboxGke();
    await create(gke, requestOf('old', past()));
    const report = await runJanitor({ gke, compute }, { ...options, dryRun: true });
    expect(report).toMatchObject({
      clean: false,
      clusters: [{ outcome: 'would-delete', verdict: { kind: 'expired', why: 'expired 1h00m ago' } }],
    });
    expect(await names()).toEqual(['old in us-east1-b']);
  });

  it('deletes the disk, the firewall rule and the load balancer that a cluster leaves', async () => {
    const { gke, compute, sandbox } = await sandboxGke();
    const [old, young] = (await create(gke, requestOf('old', past()), requestOf('young'))) as [GkeCluster, GkeCluster];
    for (const cluster of [old, young]) {
      await kubeCall(cluster, 'POST', '/api/v1/namespaces/default/services', service);
      await kubeCall(cluster, 'POST', '/api/v1/namespaces/default/persistentvolumeclaims', claim);
    }
    const count = (collection: 'disks' | 'firewalls' | 'forwardingRules' | 'targetPools') =>
      sandbox.compute.list({ project: PROJECT, collection }).length;
    const counts = () => [count('disks'), count('firewalls'), count('forwardingRules'), count('targetPools')];
    await expect.poll(counts).toEqual([2, 2, 2, 2]);

    const planned = await runJanitor({ gke, compute }, { ...options, dryRun: true });
    expect(planned.leftovers).toHaveLength(4);
    const report = await runJanitor({ gke, compute }, options);
    expect(report.clean).toBe(true);
    expect(report.leftovers.map(({ resource, outcome }) => [resource.collection, outcome])).toEqual([
      ['forwardingRules', 'deleted'],
      ['targetPools', 'deleted'],
      ['disks', 'deleted'],
      ['firewalls', 'deleted'],
    ]);
    // Those of the cluster that is there stay.
    expect(counts()).toEqual([1, 1, 1, 1]);
    expect(sandbox.compute.list({ project: PROJECT, collection: 'disks' })[0]?.resource.labels).toMatchObject({
      'goog-k8s-cluster-name': 'young',
    });
  });

  it('finds what a cluster left that is long gone, where the beginning of its name is said to be ours', async () => {
    const { gke, compute, sandbox } = await sandboxGke();
    const place = { project: PROJECT, scope: 'global', collection: 'firewalls' } as const;
    sandbox.compute.add(place, { name: 'k8s-fw-a1', targetTags: ['gke-seatrial-9-0123abcd-node'] });
    sandbox.compute.add(place, { name: 'k8s-fw-a2', targetTags: ['gke-prod-0123abcd-node'] });
    expect((await runJanitor({ gke, compute }, options)).leftovers).toEqual([]);
    const report = await runJanitor({ gke, compute }, { ...options, gonePrefix: 'seatrial-' });
    expect(report.leftovers).toMatchObject([{ resource: { name: 'k8s-fw-a1' }, outcome: 'deleted' }]);
    expect(sandbox.compute.list({ project: PROJECT, collection: 'firewalls' })).toHaveLength(1);
  });

  it('goes on when one cluster cannot be deleted, and is not clean then', async () => {
    // One call to delete is refused for good, the other goes well.
    const { gke, compute, names } = await sandboxGke({ faults: ['gke.DeleteCluster:PERMISSION_DENIED:#1'] });
    await create(gke, requestOf('old-1', past()), requestOf('old-2', past()));
    const report = await runJanitor({ gke, compute }, { ...options, maxParallel: 1 });
    expect(outcomes(report)).toEqual({ 'old-1': 'failed', 'old-2': 'deleted' });
    expect(report.clusters[0]?.error?.hint).toContain('gcloud container clusters delete old-1');
    expect(report.clean).toBe(false);
    expect(await names()).toEqual(['old-1 in us-east1-b']);
    expect((await runJanitor({ gke, compute }, options)).clean).toBe(true);
  });

  it('is not clean when a zone did not answer', async () => {
    const { gke, compute } = await sandboxGke({ faults: ['gke.ListClusters:missing-zone'] });
    expect(await runJanitor({ gke, compute }, options)).toMatchObject({
      clean: false,
      unseen: ['clusters in us-east1-c'],
    });
  });

  it('is not clean when Compute Engine refuses, but clusters are deleted', async () => {
    const { gke, compute, names } = await sandboxGke({ faults: ['compute.GET:403'] });
    await create(gke, requestOf('old', past()));
    const report = await runJanitor({ gke, compute }, options);
    expect(outcomes(report)).toEqual({ old: 'deleted' });
    expect(report.clean).toBe(false);
    expect(report.unseen).toContainEqual(expect.stringMatching(/^disks \(could not list disks of sandbox/));
    expect(await names()).toEqual([]);
  });

  it('may run twice at once', async () => {
    const { gke, compute, names } = await sandboxGke({ operationMs: 200 });
    const [cluster] = (await create(gke, requestOf('old-1', past()), requestOf('old-2', past()))) as [GkeCluster];
    await kubeCall(cluster, 'POST', '/api/v1/namespaces/default/services', service);
    const reports = await Promise.all([1, 2].map(() => runJanitor({ gke, compute }, options)));
    expect(reports.map(({ clean }) => clean)).toEqual([true, true]);
    expect(reports.map(outcomes)).toEqual([1, 2].map(() => ({ 'old-1': 'deleted', 'old-2': 'deleted' })));
    expect(await names()).toEqual([]);
    expect(await compute.list({ project: PROJECT, collection: 'forwardingRules' })).toEqual({
      resources: [],
      missing: [],
    });
  });

  it('keeps a cluster whose run moved the time while the janitor looked', async () => {
    const { gke, compute, names } = await sandboxGke();
    const [cluster] = (await create(gke, requestOf('old', past()))) as [GkeCluster];
    const late: Pick<Gke, 'listClusters' | 'findCluster' | 'deleteCluster' | 'findLastOperationEnd'> = {
      ...gke,
      listClusters: async (of, given) => {
        const list = await gke.listClusters(of, given);
        await gke.extendExpiry(cluster, { runId: 'r1', expiresMs: Date.now() + HOUR_MS });
        return list;
      },
    };
    const report = await runJanitor({ gke: late, compute }, options);
    expect(report.clusters).toMatchObject([{ outcome: 'kept', verdict: { kind: 'kept' } }]);
    expect(await names()).toEqual(['old in us-east1-b']);
  });

  it('deletes a cluster that is in ERROR for long, though its time is not over', async () => {
    const { gke, compute, names } = await sandboxGke({ faults: ['gke:operation-error:#1'] });
    await expect(gke.createCluster(requestOf('broken'), limits)).rejects.toMatchObject({ code: 'OPERATION_FAILED' });
    expect(outcomes(await runJanitor({ gke, compute }, options))).toEqual({ broken: 'kept' });
    const report = await runJanitor({ gke, compute }, { ...options, errorGraceMs: 0 });
    expect(report.clusters).toMatchObject([{ outcome: 'deleted', verdict: { why: 'in ERROR for 0m' } }]);
    expect(await names()).toEqual([]);
  });

  it('ends with the reason when it is aborted', async () => {
    const { gke, compute } = await sandboxGke({ operationMs: 300 });
    await create(gke, requestOf('old', past()));
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    const onProgress = () => controller.abort(reason);
    const running = runJanitor({ gke, compute }, { ...options, signal: controller.signal, onProgress });
    await expect(running).rejects.toBe(reason);
  });
});
