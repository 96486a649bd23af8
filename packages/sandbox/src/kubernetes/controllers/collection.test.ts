// Garbage collection, namespaces, endpoints and service accounts; what api-gc-*, api-namespace-deletion and
// ctl-service-endpoints of the golden transcripts show.
import { describe, expect, it } from 'vitest';
import { isEqual } from '../equal.js';
import type { KubeObject, OwnerReference } from '../kube-api.js';
import { settle, startTestCluster } from '../nodes/testing.js';
import type { TestCluster } from '../nodes/testing.js';
import { resources } from './resources.js';

const { configMaps, namespaces, serviceAccounts, endpoints, endpointSlices, services, pods } = resources;

const ownerOf = ({ apiVersion, kind, metadata }: KubeObject, more: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  ...more,
});

function createMap(cluster: TestCluster, name: string, ownerReferences: OwnerReference[] = []): KubeObject {
  const metadata = { name, namespace: 'test', ...(ownerReferences.length === 0 ? {} : { ownerReferences }) };
  return cluster.api.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
}

describe('objects that have owners', () => {
  it('go with the last owner, down to grandchildren', async () => {
    await using cluster = await startTestCluster();
    const parent = createMap(cluster, 'parent');
    const child = createMap(cluster, 'child', [ownerOf(parent)]);
    createMap(cluster, 'grandchild', [ownerOf(child)]);
    await settle();
    cluster.api.delete(configMaps, 'test', 'parent');
    await cluster.untilGone(configMaps, 'grandchild');
    expect(cluster.api.get(configMaps, 'test', 'child')).toBeUndefined();
  });

  it('stay with one of two owners, and forget the other', async () => {
    await using cluster = await startTestCluster();
    const [a, b] = [createMap(cluster, 'a'), createMap(cluster, 'b')];
    createMap(cluster, 'child', [ownerOf(a), ownerOf(b)]);
    cluster.api.delete(configMaps, 'test', 'a');
    const child = await cluster.until(configMaps, 'child', ({ metadata }) => metadata.ownerReferences?.length === 1);
    expect(child.metadata.ownerReferences).toEqual([ownerOf(b)]);
  });

  it('go when the owner of the name has another uid', async () => {
    await using cluster = await startTestCluster();
    const parent = createMap(cluster, 'parent');
    createMap(cluster, 'child', [ownerOf(parent, { uid: '11111111-0000-4000-8000-000000000000' })]);
    await cluster.untilGone(configMaps, 'child');
  });

  it('go first in the foreground where they block their owner', async () => {
    await using cluster = await startTestCluster();
    const parent = createMap(cluster, 'parent');
    createMap(cluster, 'child', [ownerOf(parent, { blockOwnerDeletion: true })]);
    await settle();
    const gone: string[] = [];
    cluster.api.watch(configMaps, ({ type, object }) => {
      if (type === 'DELETED') gone.push(object.metadata.name ?? '');
    });
    cluster.api.delete(configMaps, 'test', 'parent', { propagationPolicy: 'Foreground' });
    expect(cluster.api.get(configMaps, 'test', 'parent')?.metadata.finalizers).toEqual(['foregroundDeletion']);
    await cluster.untilGone(configMaps, 'parent');
    await settle();
    expect(gone).toEqual(['child', 'parent']);
  });

  it('are let go when they are to be orphans', async () => {
    await using cluster = await startTestCluster();
    const parent = createMap(cluster, 'parent');
    createMap(cluster, 'child', [ownerOf(parent)]);
    await settle();
    cluster.api.delete(configMaps, 'test', 'parent', { propagationPolicy: 'Orphan' });
    await cluster.untilGone(configMaps, 'parent');
    await settle();
    expect(cluster.api.get(configMaps, 'test', 'child')?.metadata.ownerReferences).toBeUndefined();
  });
});

describe('a namespace', () => {
  const create = (cluster: TestCluster): KubeObject =>
    cluster.api.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'gone' } });

  it('has its default service account at once, and gets it back', async () => {
    await using cluster = await startTestCluster();
    create(cluster);
    await Promise.resolve();
    await settle(1);
    expect(cluster.api.get(serviceAccounts, 'gone', 'default')).toBeDefined();
    cluster.api.delete(serviceAccounts, 'gone', 'default');
    await settle(1);
    expect(cluster.api.get(serviceAccounts, 'gone', 'default')).toBeDefined();
  });

  it('goes with all that is in it', async () => {
    await using cluster = await startTestCluster();
    create(cluster);
    await settle();
    cluster.api.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', namespace: 'gone' } });
    cluster.api.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', namespace: 'gone' },
      spec: { containers: [{ name: 'main', image: 'a:1' }], terminationGracePeriodSeconds: 1 },
    });
    cluster.api.delete(namespaces, undefined, 'gone');
    await new Promise<void>((resolve) => {
      cluster.api.watch(namespaces, ({ type, object }) => {
        if (type === 'DELETED' && object.metadata.name === 'gone') resolve();
      });
    });
    expect(cluster.api.list(pods, { namespace: 'gone' })).toEqual([]);
    expect(cluster.api.list(configMaps, { namespace: 'gone' })).toEqual([]);
  });

  it('says what holds it, and goes when that is removed', async () => {
    await using cluster = await startTestCluster();
    create(cluster);
    cluster.api.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: 'gone', finalizers: ['example.com/hold'] },
    });
    cluster.api.delete(namespaces, undefined, 'gone');
    const held = await cluster.until(namespaces, 'gone', ({ status }) => status?.['conditions'] !== undefined);
    expect(held.status).toMatchObject({
      phase: 'Terminating',
      conditions: [
        { type: 'NamespaceDeletionDiscoveryFailure', status: 'False' },
        { type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False' },
        { type: 'NamespaceDeletionContentFailure', status: 'False' },
        {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: 'Some resources are remaining: configmaps. has 1 resource instances',
        },
        {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
        },
      ],
    });
    cluster.api.modify(configMaps, 'gone', 'held', (draft) => delete draft.metadata.finalizers);
    await new Promise<void>((resolve) => {
      cluster.api.watch(namespaces, ({ type }) => {
        if (type === 'DELETED') resolve();
      });
    });
  });
});

describe('a Service', () => {
  it('has the pods it selects as addresses once they are ready', async () => {
    await using cluster = await startTestCluster();
    cluster.create(services, 'Service', 'v1', 'svc', {
      spec: { selector: { app: 'x' }, ports: [{ name: 'http', port: 80, targetPort: 'web' }] },
    });
    const empty = await cluster.until(endpoints, 'svc', () => true);
    expect(empty['subsets']).toBeUndefined();
    const made = cluster.api.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'test', labels: { app: 'x' } },
      spec: {
        containers: [{ name: 'main', image: 'a:1', ports: [{ name: 'web', containerPort: 8080 }] }],
        terminationGracePeriodSeconds: 1,
      },
    });
    const full = await cluster.until(endpoints, 'svc', (object) => object['subsets']?.[0]?.addresses !== undefined);
    const pod = cluster.api.get(pods, 'test', 'a');
    expect(full['subsets']).toEqual([
      {
        addresses: [
          {
            ip: pod?.status?.['podIP'],
            nodeName: 'node-1',
            targetRef: { kind: 'Pod', namespace: 'test', name: 'a', uid: made.metadata.uid },
          },
        ],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ]);
    const [slice] = cluster.api.list(endpointSlices);
    expect(slice).toMatchObject({
      metadata: { generateName: 'svc-', labels: { 'kubernetes.io/service-name': 'svc' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [pod?.status?.['podIP']], conditions: { ready: true } }],
    });
    cluster.api.delete(pods, 'test', 'a');
    await cluster.until(endpoints, 'svc', (object) => (object['subsets'] ?? []).length === 0);
    cluster.api.delete(services, 'test', 'svc');
    await cluster.untilGone(endpoints, 'svc');
  });
});

describe('a ClusterRole made of others', () => {
  const createRole = (cluster: TestCluster, name: string, members: object): KubeObject =>
    cluster.api.create(resources.clusterRoles, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      ...members,
      metadata: { ...(members as Partial<KubeObject>).metadata, name },
    });

  it('has the rules of those with its labels, and follows them', async () => {
    await using cluster = await startTestCluster();
    const metadata = { labels: { 'example.com/for-sum': 'true' } };
    const rules = [{ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }];
    const selector = { matchLabels: metadata.labels };
    createRole(cluster, 'sum', { aggregationRule: { clusterRoleSelectors: [selector] } });
    createRole(cluster, 'part', { metadata, rules });
    await cluster.until(resources.clusterRoles, 'sum', ({ rules: sum }) => isEqual(sum, rules));
    cluster.api.delete(resources.clusterRoles, undefined, 'part');
    await cluster.until(resources.clusterRoles, 'sum', ({ rules: sum }) => sum === null);
  });
});
