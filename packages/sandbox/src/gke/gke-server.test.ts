import container from '@google-cloud/container';
import { grpc } from 'google-gax';
import { PassThroughClient } from 'google-auth-library';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '../clock.js';
import { createFaults, parseFault } from '../faults.js';
import { createClusterManager } from './cluster-manager.js';
import { serveGke } from './gke-server.js';
import type { KubernetesRequest } from './kubernetes.js';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const ways = { gRPC: {}, REST: { fallback: true, protocol: 'http' } } as const;

async function start(
  options: { faults?: string[]; operationMs?: number; untilMade?: Promise<void>; way?: keyof typeof ways } = {},
) {
  const asked: KubernetesRequest[] = [];
  const closed: string[] = [];
  const faults = createFaults((options.faults ?? []).map(parseFault), () => 0);
  let id = 0;
  const manager = createClusterManager({
    clock: systemClock,
    logger: silentLogger,
    newId: () => `${(id += 1)}`,
    operationMs: options.operationMs ?? 10,
    faults,
    async createKubernetes(request) {
      asked.push(request);
      await options.untilMade;
      const close = async () => void closed.push(request.name);
      return { endpoint: '127.0.0.1:6443', caCertificate: 'PEM', version: '1.35.0', close };
    },
  });
  const server = await serveGke(manager, { port: 0, faults });
  const client = new container.ClusterManagerClient({
    servicePath: '127.0.0.1',
    port: server.port,
    sslCreds: grpc.credentials.createInsecure(),
    authClient: new PassThroughClient(),
    ...ways[options.way ?? 'gRPC'],
  });
  closers.push(
    () => manager.close(),
    () => server.close(),
    () => client.close(),
  );
  const wait = async (name: string | null | undefined) => {
    await expect
      .poll(
        async () =>
          (await client.getOperation({ name: `projects/p/locations/us-east1-b/operations/${name}` }))[0].status,
      )
      .toBe('DONE');
    return (await client.getOperation({ name: `projects/p/locations/us-east1-b/operations/${name}` }))[0];
  };
  return { client, manager, wait, asked, closed, server };
}

const parent = 'projects/p/locations/us-east1-b';
const name = `${parent}/clusters/trial`;
const once = { timeout: 30_000, retry: null };

describe('serveGke, asked by @google-cloud/container', () => {
  it.each(['gRPC', 'REST'] as const)(
    'takes a cluster from PROVISIONING to RUNNING to STOPPING to gone by %s',
    async (way) => {
      const { client, wait, asked, closed } = await start({ operationMs: 500, way });
      const [created] = await client.createCluster({
        parent,
        cluster: { name: 'trial', initialNodeCount: 2, resourceLabels: { 'seatrial-run': 'r1' } },
      });
      expect(created).toMatchObject({ operationType: 'CREATE_CLUSTER', status: 'PENDING' });
      expect((await client.getCluster({ name }))[0]).toMatchObject({ status: 'PROVISIONING', endpoint: '' });
      expect((await wait(created.name)).error).toBeNull();
      expect((await client.getCluster({ name }))[0]).toMatchObject({
        status: 'RUNNING',
        endpoint: '127.0.0.1:6443',
        currentNodeCount: 2,
        resourceLabels: { 'seatrial-run': 'r1' },
        masterAuth: { clusterCaCertificate: Buffer.from('PEM').toString('base64') },
        nodePools: [{ name: 'default-pool', status: 'RUNNING' }],
      });
      expect(asked[0]?.nodes.map((node) => node.cpus)).toEqual([2, 2]);
      const [deleted] = await client.deleteCluster({ name });
      expect((await client.getCluster({ name }))[0]).toMatchObject({ status: 'STOPPING' });
      await wait(deleted.name);
      const error = await client.getCluster({ name }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: { gRPC: 5, REST: 404 }[way] });
      expect(String(error)).toMatch(
        /Not found: projects\/p\/zones\/us-east1-b\/clusters\/trial\.\W+n?No cluster named 'trial' in p/,
      );
      expect(closed).toEqual(['trial']);
    },
  );

  it('lists clusters of a location and of all', async () => {
    const { client } = await start();
    await client.createCluster({ parent, cluster: { name: 'a', initialNodeCount: 1 } });
    await client.createCluster({
      parent: 'projects/p/locations/us-east1',
      cluster: { name: 'b', initialNodeCount: 1 },
    });
    await client.createCluster({
      parent: 'projects/q/locations/us-east1',
      cluster: { name: 'c', initialNodeCount: 1 },
    });
    const list = async (location: string) => {
      const [{ clusters }] = await client.listClusters({ parent: `projects/p/locations/${location}` });
      return clusters?.map((cluster) => cluster.name);
    };
    expect([await list('us-east1-b'), await list('-'), await list('us-west1')]).toEqual([['a'], ['a', 'b'], []]);
  });

  it('makes the nodes that are asked for', async () => {
    const { client, wait, asked } = await start();
    const [{ name: id }] = await client.createCluster({
      parent,
      cluster: {
        name: 'gpu',
        nodePools: [
          { name: 'default', initialNodeCount: 1, config: { machineType: 'e2-standard-4', labels: { role: 'main' } } },
          {
            name: 'gpu',
            initialNodeCount: 2,
            config: {
              machineType: 'n1-standard-8',
              accelerators: [{ acceleratorCount: 1, acceleratorType: 'nvidia-tesla-t4' }],
              taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NO_SCHEDULE' }],
            },
          },
        ],
      },
    });
    await wait(id);
    const [main, first, second] = asked[0]?.nodes ?? [];
    expect(main).toMatchObject({ cpus: 4, memoryBytes: 16 * 1024 ** 3, taints: [], extendedResources: {} });
    expect(main?.labels).toMatchObject({ role: 'main', 'cloud.google.com/gke-nodepool': 'default' });
    expect(first).toMatchObject({
      cpus: 8,
      memoryBytes: 30 * 1024 ** 3,
      taints: [{ key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' }],
      extendedResources: { 'nvidia.com/gpu': 1 },
    });
    expect(first?.labels).toMatchObject({ 'cloud.google.com/gke-accelerator': 'nvidia-tesla-t4' });
    expect(first?.name).not.toBe(second?.name);
  });

  it('refuses a second of the same name, and what must not run beside another operation', async () => {
    const { client, wait } = await start({ operationMs: 200 });
    const cluster = { name: 'trial', initialNodeCount: 1 };
    const [{ name: id }] = await client.createCluster({ parent, cluster });
    await expect(client.createCluster({ parent, cluster }, once)).rejects.toMatchObject({
      code: 6,
      details: 'Already exists: projects/p/zones/us-east1-b/clusters/trial.',
    });
    const busy = `Operation ${id} is currently creating cluster trial. Please wait and try again once it is done.`;
    await expect(client.deleteCluster({ name }, once)).rejects.toMatchObject({ code: 9, details: busy });
    await wait(id);
    await client.deleteCluster({ name });
  });

  it('sets labels for who knows the fingerprint', async () => {
    const { client, wait } = await start();
    await wait((await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } }))[0].name);
    const [{ labelFingerprint }] = await client.getCluster({ name });
    const resourceLabels = { a: 'b' };
    const stale = client.setLabels({ name, resourceLabels, labelFingerprint: 'stale' }, once);
    await expect(stale).rejects.toMatchObject({ code: 9 });
    await wait((await client.setLabels({ name, resourceLabels, labelFingerprint }))[0].name);
    expect((await client.getCluster({ name }))[0]).toMatchObject({ status: 'RUNNING', resourceLabels });
  });

  it('cancels a create, which leaves the cluster in ERROR to be deleted', async () => {
    const { client, wait } = await start({ operationMs: 60_000 });
    const [{ name: id }] = await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } });
    await client.cancelOperation({ name: `${parent}/operations/${id}` });
    expect((await wait(id)).error).toMatchObject({ code: 1 });
    expect((await client.getCluster({ name }))[0].status).toBe('ERROR');
  });

  it('tells versions and node pools', async () => {
    const { client, wait } = await start();
    await wait((await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } }))[0].name);
    expect((await client.getServerConfig({ name: parent }))[0].channels).toHaveLength(3);
    expect((await client.listNodePools({ parent: name }))[0].nodePools).toMatchObject([{ name: 'default-pool' }]);
    const pool = `${name}/nodePools/default-pool`;
    expect((await client.getNodePool({ name: pool }))[0].config).toMatchObject({ machineType: 'e2-medium' });
    await expect(client.getNodePool({ name: `${name}/nodePools/x` })).rejects.toMatchObject({ code: 5 });
    expect((await client.listOperations({ parent }))[0].operations).toHaveLength(1);
  });

  it.each([
    ['a name of 41 characters', { name: 'a'.repeat(41), initialNodeCount: 1 }],
    ['a name that ends in -', { name: 'a-', initialNodeCount: 1 }],
    ['upper case', { name: 'Trial', initialNodeCount: 1 }],
    ['no nodes', { name: 'trial' }],
    ['nodes said twice', { name: 'trial', initialNodeCount: 1, nodePools: [{ name: 'a', initialNodeCount: 1 }] }],
    [
      'an unknown machine type',
      { name: 'trial', nodePools: [{ name: 'a', initialNodeCount: 1, config: { machineType: 'x' } }] },
    ],
    ['a label in upper case', { name: 'trial', initialNodeCount: 1, resourceLabels: { Run: 'x' } }],
  ])('refuses %s', async (_what, cluster) => {
    const { client } = await start();
    await expect(client.createCluster({ parent, cluster }, once)).rejects.toMatchObject({ code: 3 });
  });

  it('takes a name of 40 characters', async () => {
    const { client } = await start();
    await client.createCluster({ parent, cluster: { name: 'a'.repeat(40), initialNodeCount: 1 } });
  });

  it.each([
    ['stockout', 14, 'GCE_STOCKOUT'],
    ['quota', 8, 'GCE_QUOTA_EXCEEDED'],
  ])('ends a create in %s when told to', async (fault, code, condition) => {
    const { client, wait, asked } = await start({ faults: [`gke:${fault}:#1`] });
    const [{ name: id }] = await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } });
    expect(await wait(id)).toMatchObject({ error: { code }, clusterConditions: [{ code: condition }] });
    expect((await client.getCluster({ name }))[0].status).toBe('ERROR');
    expect(asked).toEqual([]);
  });

  it.each([
    ['UNAVAILABLE', 14, 0],
    ['PERMISSION_DENIED', 7, 0],
    ['reset', 14, 0],
    ['drop', 14, 1],
  ])('fails a call with %s when told to', async (fault, code, clusters) => {
    const { client } = await start({ faults: [`gke.CreateCluster:${fault}:#1`] });
    const cluster = { name: 'trial', initialNodeCount: 1 };
    await expect(client.createCluster({ parent, cluster }, once)).rejects.toMatchObject({ code });
    expect((await client.listClusters({ parent }))[0].clusters).toHaveLength(clusters);
  });

  it('ends any operation with an error when told to', async () => {
    const { client, wait } = await start({ faults: ['gke.DeleteCluster:operation-error:#1'] });
    await wait((await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } }))[0].name);
    expect((await wait((await client.deleteCluster({ name }))[0].name)).error).toMatchObject({ code: 13 });
    expect((await client.getCluster({ name }))[0].status).toBe('ERROR');
  });

  it('refuses for regional quota when told to', async () => {
    const { client } = await start({ faults: ['gke.CreateCluster:quota-refusal:#1'] });
    const create = client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } }, once);
    await expect(create).rejects.toMatchObject({
      code: 7,
      details: expect.stringContaining('Insufficient regional quota'),
    });
  });

  it('asks a caller that comes too often to wait when told to', async () => {
    const { client } = await start({ faults: ['gke.ListClusters:rate-limit:#1'] });
    await expect(client.listClusters({ parent }, once)).rejects.toMatchObject({
      code: 8,
      details: expect.stringContaining('Requests per minute'),
      statusDetails: [{ retryDelay: { seconds: expect.objectContaining({ low: 1 }) } }],
    });
  });

  it('repairs nodes, which is in the way of a deletion, when told to', async () => {
    const { client, wait } = await start({ faults: ['gke.DeleteCluster:busy:#1'], operationMs: 50 });
    await wait((await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } }))[0].name);
    const refused = await client.deleteCluster({ name }, once).then(
      () => '',
      (error: { details: string }) => error.details,
    );
    const [id = ''] = /operation-[\w-]+/.exec(refused) ?? [];
    expect(refused).toContain('is currently repairing cluster trial');
    expect(await wait(id)).toMatchObject({ operationType: 'AUTO_REPAIR_NODES', error: null });
    await wait((await client.deleteCluster({ name }))[0].name);
  });

  it('leaves a zone out of a list, and says so, when told to', async () => {
    const { client } = await start({ faults: ['gke.ListClusters:missing-zone:#1'] });
    await client.createCluster({
      parent: 'projects/p/locations/us-east1-c',
      cluster: { name: 'a', initialNodeCount: 1 },
    });
    const all = { parent: 'projects/p/locations/-' };
    expect((await client.listClusters(all))[0]).toMatchObject({ clusters: [], missingZones: ['us-east1-c'] });
    expect((await client.listClusters(all))[0]).toMatchObject({ clusters: [{ name: 'a' }], missingZones: [] });
  });

  it('has another id for a cluster of the same name that is made later', async () => {
    const { client, wait } = await start();
    const make = async () => {
      await wait((await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } }))[0].name);
      return (await client.getCluster({ name }))[0].id;
    };
    const first = await make();
    await wait((await client.deleteCluster({ name }))[0].name);
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await make()).not.toBe(first);
  });

  it('answers UNIMPLEMENTED for the rest', async () => {
    const { client } = await start();
    await expect(client.setLegacyAbac({ name, enabled: true }, once)).rejects.toMatchObject({ code: 12 });
  });

  it('waits at its close for a cluster that is being made, and closes it', async () => {
    let made = (): void => undefined;
    const { client, manager, asked, closed } = await start({ untilMade: new Promise((resolve) => (made = resolve)) });
    await client.createCluster({ parent, cluster: { name: 'trial', initialNodeCount: 1 } }, once);
    expect(asked).toHaveLength(1);
    const closing = manager.close();
    await new Promise((resolve) => setImmediate(resolve));
    made();
    await closing;
    expect(closed).toEqual(['trial']);
  });

  describe('by JSON over HTTP', () => {
    async function startRest(options: Parameters<typeof start>[0] = {}) {
      const { server } = await start(options);
      return async (method: string, path: string, body?: unknown) => {
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        const answer = await fetch(`${server.url}${path}`, { method, ...(body === undefined ? {} : { body: text }) });
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
      };
    }

    it('takes the older paths, with the name in parts', async () => {
      const call = await startRest();
      const zone = '/v1/projects/p/zones/us-east1-b';
      const created = await call('POST', `${zone}/clusters`, { cluster: { name: 'trial', initial_node_count: 1 } });
      expect(created).toMatchObject({ status: 200, body: { operationType: 'CREATE_CLUSTER', status: 'PENDING' } });
      expect(await call('GET', `${zone}/operations/${String(created.body['name'])}`)).toMatchObject({ status: 200 });
      expect((await call('GET', `${zone}/clusters`)).body).toMatchObject({ clusters: [{ name: 'trial' }] });
      // With numbers for enums, as Google's clients ask for them.
      const numbers = await call('GET', `/v1/${name}?$alt=json%3Benum-encoding=int`);
      expect(numbers.body).toMatchObject({ name: 'trial', status: expect.any(Number) });
    });

    it.each([
      ['GET', `/v1/${name}`, undefined, 404, 'NOT_FOUND'],
      ['GET', '/v1/nothing', undefined, 404, 'NOT_FOUND'],
      ['POST', `/v1/${parent}/clusters`, '{"cluster"', 400, 'INVALID_ARGUMENT'],
      ['POST', `/v1/${parent}/clusters`, { cluster: { name: 7 } }, 400, 'INVALID_ARGUMENT'],
      ['POST', `/v1/${parent}/clusters`, { cluster: { nodes: 1 } }, 400, 'INVALID_ARGUMENT'],
      ['POST', `/v1/${name}:setLegacyAbac`, { enabled: true }, 501, 'UNIMPLEMENTED'],
    ])("refuses %s %s with %j in Google's form", async (method, path, body, code, status) => {
      const call = await startRest();
      expect(await call(method, path, body)).toMatchObject({ status: code, body: { error: { code, status } } });
    });

    it('fails when told to, as gRPC does', async () => {
      const call = await startRest({ faults: ['gke.ListClusters:rate-limit:#1', 'gke.ListClusters:drop:#2'] });
      expect(await call('GET', `/v1/${parent}/clusters`)).toMatchObject({ status: 429 });
      await expect(call('GET', `/v1/${parent}/clusters`)).rejects.toThrow();
      expect(await call('GET', `/v1/${parent}/clusters`)).toMatchObject({ status: 200 });
    });
  });
});
