import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComputeResource } from './compute-resource.js';
import { findGoneClusters, findLeftovers } from './leftovers.js';

const nowMs = 1_700_000_000_000;
const nothing = { description: '', labels: {}, targetTags: [], users: [], backend: '' };
const base = { project: 'p', ...nothing };
const id = 'a7f64acd4c4d494ec'.padEnd(64, '0');
const gone = [{ name: 'trial', location: 'us-east1-b', id }];
const of = { gone, existing: new Set<string>(), nowMs };

const disk = (more: Partial<ComputeResource> = {}): ComputeResource => ({
  ...base,
  collection: 'disks',
  scope: 'zones/us-east1-b',
  name: 'pvc-1',
  labels: { 'goog-gke-volume': '', 'goog-k8s-cluster-name': 'trial', 'goog-k8s-cluster-location': 'us-east1-b' },
  ...more,
});
const { 'goog-gke-volume': _, ...withoutVolume } = disk().labels;
const firewall = (name: string, ...targetTags: string[]): ComputeResource => ({
  ...base,
  collection: 'firewalls',
  scope: 'global',
  name,
  targetTags,
});
const service = '{"kubernetes.io/service-name":"default/web"}';
const rule = (more: Partial<ComputeResource> = {}): ComputeResource => ({
  ...base,
  collection: 'forwardingRules',
  scope: 'regions/us-east1',
  name: 'a1b2',
  description: service,
  backend: 'a1b2',
  ...more,
});
const pool = (more: Partial<ComputeResource> = {}): ComputeResource =>
  rule({ collection: 'targetPools', backend: '', ...more });
const tag = 'gke-trial-a7f64acd-node';

const names = (resources: readonly ComputeResource[], facts = of): string[] =>
  findLeftovers(resources, facts).map(({ resource }) => `${resource.collection}/${resource.name}`);

describe(findLeftovers, () => {
  it('picks what belonged to a cluster that is gone, in the order it has to be deleted', () => {
    const all = [firewall('k8s-fw-a1b2', tag), disk(), pool(), rule()];
    expect(names(all)).toEqual(['forwardingRules/a1b2', 'targetPools/a1b2', 'disks/pvc-1', 'firewalls/k8s-fw-a1b2']);
  });

  it('picks the newer kind of load balancer, whose firewall rule has the name of the backend service', () => {
    const stem = 'k8s2-x1-default-web-y2';
    const all = [
      rule({
        name: `k8s2-tcp-x1-default-web-y2`,
        backend: stem,
        description: '{"networking.gke.io/service-name":"default/web"}',
      }),
      rule({ collection: 'backendServices', name: stem, backend: '' }),
      firewall(stem, tag),
    ];
    expect(names(all)).toHaveLength(3);
  });

  it.each([
    ['a disk in use', disk({ users: ['vm'] })],
    ['a disk to be retained', disk({ labels: { ...disk().labels, 'reclaim-policy-gke-io': 'retain' } })],
    ['a disk of a cluster elsewhere', disk({ labels: { ...disk().labels, 'goog-k8s-cluster-location': 'us-east1' } })],
    ['a disk of another cluster', disk({ labels: { ...disk().labels, 'goog-k8s-cluster-name': 'trial-2' } })],
    ['a disk that is no volume', disk({ name: 'boot', labels: withoutVolume })],
    ['a disk without labels', disk({ labels: {} })],
    [
      'a disk of an earlier cluster of the name',
      disk({ labels: { ...disk().labels, 'goog-gke-cluster-id-base32': 'b'.repeat(52) } }),
    ],
    ['a firewall rule of another cluster', firewall('x', 'gke-trial-2-a7f64acd-node')],
    ['a firewall rule of two clusters', firewall('x', tag, 'gke-other-00000000-node')],
    ['a firewall rule for all machines', firewall('x')],
    ['a firewall rule for other machines', firewall('gke-trial-a7f64acd-all', 'web')],
    ['a forwarding rule that nothing ties to the cluster', rule()],
  ])('leaves %s', (what, resource) => {
    expect(names([resource]), what).toEqual([]);
  });

  it('leaves a forwarding rule that is of no Service, whatever it is called', () => {
    expect(names([firewall('k8s-fw-a1b2', tag), rule({ description: 'mine' })])).toEqual(['firewalls/k8s-fw-a1b2']);
  });

  it('goes by the id where there is one, by the name only where no cluster has it', () => {
    const labels = {
      ...disk().labels,
      'goog-gke-cluster-id-base32': 'u73evtkmjveu5qaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    };
    const exact = disk({ name: 'pvc-exact', labels });
    const existing = new Set(['trial']);
    expect(names([exact, disk(), firewall('k8s-fw-a1b2', tag), rule()], { ...of, existing })).toEqual([
      'disks/pvc-exact',
    ]);
  });

  it('picks a disk that carries the labels of a run itself, once its time is over and its cluster is gone', () => {
    const own = (expires: number) =>
      disk({
        labels: {
          ...disk().labels,
          'goog-k8s-cluster-name': 'other',
          'seatrial-run': 'r',
          'seatrial-expires': String(expires),
        },
      });
    expect(names([own(nowMs / 1000 - 1)], { ...of, gone: [] })).toEqual(['disks/pvc-1']);
    expect(names([own(nowMs / 1000 + 1)], { ...of, gone: [] })).toEqual([]);
    expect(names([own(nowMs / 1000 - 1)], { ...of, gone: [], existing: new Set(['other']) })).toEqual([]);
  });

  it('never picks by name what a cluster that is there may have', () => {
    const cluster = fc.constantFrom('trial', 'trial-2', 'other', 'a-b');
    const resource = fc.oneof(
      cluster.map((name) => disk({ labels: { ...disk().labels, 'goog-k8s-cluster-name': name } })),
      cluster.map((name) => firewall(`k8s-fw-a${name}`, `gke-${name}-0123abcd-node`)),
      cluster.map((name) => rule({ name: `a${name}`, backend: `a${name}` })),
    );
    fc.assert(
      fc.property(fc.array(resource), fc.array(cluster), fc.array(cluster), (resources, goneNames, existingNames) => {
        const existing = new Set<string>(existingNames);
        const facts = { gone: goneNames.map((name) => ({ name, location: 'us-east1-b' })), existing, nowMs };
        for (const { resource: picked } of findLeftovers(resources, facts)) {
          const owner =
            picked.labels['goog-k8s-cluster-name'] ??
            /^gke-(.*)-[0-9a-f]{8}-node$/.exec(picked.targetTags[0] ?? '')?.[1] ??
            picked.name.slice(1);
          expect(existing.has(owner)).toBe(false);
          expect(goneNames.map(String)).toContain(owner);
        }
      }),
    );
  });
});

describe(findGoneClusters, () => {
  it('finds clusters by what they left, by the beginning of their names', () => {
    const resources = [
      firewall('x', 'gke-seatrial-1-0123abcd-node'),
      firewall('y', 'gke-seatrial-2-0123abcd-node'),
      firewall('z', 'gke-prod-0123abcd-node'),
      disk({ labels: { 'goog-k8s-cluster-name': 'seatrial-3', 'goog-k8s-cluster-location': 'us-east1' } }),
    ];
    const found = findGoneClusters(resources, { prefix: 'seatrial-', existing: new Set(['seatrial-2']) });
    expect(found).toEqual([
      { name: 'seatrial-1', location: '' },
      { name: 'seatrial-3', location: 'us-east1' },
    ]);
  });
});
