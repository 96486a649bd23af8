import { describe, expect, it } from 'vitest';
import { kubeCall } from './__fixtures__/kube-call.js';
import { limits, requestOf, sandboxGke } from './__fixtures__/sandbox-gke.js';
import type { GkeCluster } from './cluster.js';
import { createGke } from './gke.js';
import { createNodeWatcher } from './node-watch.js';

const gpuRequest = { ...requestOf('gpu'), accelerators: [{ type: 'nvidia-l4', count: 1 }] };

/** Writes a node's status, as its kubelet does. */
async function patchNode(cluster: GkeCluster, name: string, status: object): Promise<void> {
  await kubeCall(cluster, 'PATCH', `/api/v1/nodes/${name}/status`, { status });
}

/** Reads to the end. */
async function drain(nodes: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of nodes);
}

const withoutGpus = { allocatable: { 'nvidia.com/gpu': '0' } };
const withGpu = { allocatable: { 'nvidia.com/gpu': '1' } };

describe(createNodeWatcher, () => {
  it('tells the nodes at once and after every change', async () => {
    const { gke } = await sandboxGke();
    const cluster = await gke.createCluster(gpuRequest, limits);
    const seen: string[] = [];
    for await (const nodes of createNodeWatcher(async () => 'any')(cluster, limits)) {
      const node = nodes.find(({ nodePool }) => nodePool === 'gpu');
      seen.push(`${nodes.length} nodes, ${node?.gpus} GPUs`);
      if (seen.length === 1) await patchNode(cluster, node?.name ?? '', withoutGpus);
      else break;
    }
    expect(seen).toEqual(['2 nodes, 1 GPUs', '2 nodes, 0 GPUs']);
  });

  it('fails with the status when the token is refused', async () => {
    const { gke } = await sandboxGke({ tokenLifetimeSeconds: 3600 });
    const cluster = await gke.createCluster(requestOf('trial'), { ...limits, waitForNodes: false });
    const nodes = createNodeWatcher(async () => 'wrong')(cluster, limits);
    await expect(drain(nodes)).rejects.toMatchObject({ code: 401 });
  });

  it('ends when it is aborted, with the reason as cause', async () => {
    const { gke } = await sandboxGke();
    const cluster = await gke.createCluster(requestOf('trial'), limits);
    const controller = new AbortController();
    const watch = async (): Promise<void> => {
      for await (const _ of createNodeWatcher(async () => 'any')(cluster, { ...limits, signal: controller.signal })) {
        controller.abort(new Error('stopped'));
      }
    };
    await expect(watch()).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('a cluster is ready', () => {
  it('only when its GPUs are allocatable', async () => {
    const { gke, sandbox } = await sandboxGke();
    const cluster = await gke.createCluster(gpuRequest, limits);
    let gpuNode = '';
    for await (const nodes of createNodeWatcher(async () => 'any')(cluster, limits)) {
      gpuNode = nodes.find(({ nodePool }) => nodePool === 'gpu')?.name ?? '';
      break;
    }
    await patchNode(cluster, gpuNode, withoutGpus);

    const late = gke.createCluster(gpuRequest, { timeoutMs: 5_000 });
    await expect(late).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining(`last: node ${gpuNode} has 0 of 1 nvidia.com/gpu allocatable`),
    });

    const progress: string[] = [];
    const again = createGke({ endpoint: sandbox.env['SEATRIAL_GKE_ENDPOINT'] ?? '', accessToken: 'any' });
    const waiting = again.createCluster(gpuRequest, { ...limits, onProgress: (line) => progress.push(line) });
    await expect.poll(() => progress.join('\n')).toContain('nvidia.com/gpu allocatable');
    await patchNode(cluster, gpuNode, withGpu);
    expect(await waiting).toMatchObject({ status: 'RUNNING' });
    await again.close();
  });

  it('without its GPUs where nobody asked for a driver', async () => {
    const { gke } = await sandboxGke();
    const accelerators = [{ type: 'nvidia-l4', count: 1, driver: 'INSTALLATION_DISABLED' as const }];
    const cluster = await gke.createCluster({ ...gpuRequest, accelerators }, limits);
    expect(cluster.nodePools).toMatchObject([{ gpusPerNode: 0 }, { name: 'gpu', gpusPerNode: 0, wantedNodes: 1 }]);
  });

  it('with three nodes of a pool in a region', async () => {
    const { gke } = await sandboxGke();
    const cluster = await gke.createCluster({ ...requestOf('trial'), location: 'us-east1' }, limits);
    expect(cluster.nodePools).toMatchObject([{ wantedNodes: 3 }]);
  });

  it('without a wait for nodes in Autopilot', async () => {
    const { gke } = await sandboxGke();
    const request = { ...requestOf('trial'), location: 'us-east1', autopilot: true };
    expect(await gke.createCluster(request, limits)).toMatchObject({ status: 'RUNNING', autopilot: true });
  });
});
