import type { KubeApi, KubeObject } from '../kubernetes/kube-api.js';
import { resources } from '../kubernetes/controllers/resources.js';
import { writeStatus } from '../kubernetes/controllers/status.js';
import type { ComputeRef, ComputeResource } from './compute-resource.js';
import { formatLink } from './compute-resource.js';
import type { ComputeStore } from './compute-store.js';

/** The cluster whose resources are made. */
export interface CloudCluster {
  readonly project: string;
  /** Zone or region. */
  readonly location: string;
  readonly name: string;
  /** 64 hex digits. */
  readonly id: string;
  /** Names of its machines. */
  readonly nodes: readonly string[];
}

const MANAGER = 'gcp-cloud-controller-manager';

/**
 * Makes what a cluster takes from Compute Engine: for a Service of type LoadBalancer a forwarding rule, a target pool and
 * a firewall rule, for a volume a disk. It goes with the object; what is there when the cluster is deleted stays.
 *
 * @returns stops it
 * @see https://github.com/kubernetes/cloud-provider-gcp/tree/master/providers/gce
 */
export function startCloudController(options: {
  readonly api: KubeApi;
  readonly store: ComputeStore;
  readonly cluster: CloudCluster;
}): () => void {
  const { api, store, cluster } = options;
  const { project, location } = cluster;
  const zone = /-[a-z]$/.test(location) ? location : `${location}-a`;
  const region = zone.slice(0, -2);
  const placeOf = (
    collection: 'disks' | 'firewalls' | 'forwardingRules' | 'targetPools',
  ): Omit<ComputeRef, 'name'> => ({
    project,
    collection,
    scope: collection === 'disks' ? `zones/${zone}` : collection === 'firewalls' ? 'global' : `regions/${region}`,
  });
  const ensure = (place: Omit<ComputeRef, 'name'>, resource: ComputeResource) => {
    if (store.find({ ...place, name: resource.name }) === undefined) store.add(place, resource);
  };

  function balance(service: KubeObject): void {
    const { name, firewall, addresses } = balancerOf(service);
    const text = JSON.stringify({
      'kubernetes.io/service-name': `${service.metadata.namespace}/${service.metadata.name}`,
    });
    const instances = cluster.nodes.map((node) => `${projectLink(project)}/zones/${zone}/instances/${node}`);
    const pool = { ...placeOf('targetPools'), name };
    ensure(placeOf('targetPools'), { name, description: text, instances });
    ensure(placeOf('forwardingRules'), {
      name,
      description: text,
      IPAddress: addresses,
      IPProtocol: 'TCP',
      target: formatLink(pool),
    });
    ensure(placeOf('firewalls'), {
      name: firewall,
      description: `${text.slice(0, -1)}, "kubernetes.io/service-ip":"${addresses}"}`,
      targetTags: [nodeTag(cluster)],
    });
    const status = { ...service.status, loadBalancer: { ingress: [{ ip: addresses, ipMode: 'VIP' }] } };
    writeStatus(api, resources.services, service, status, MANAGER);
  }

  function unbalance(service: KubeObject): void {
    const { name, firewall } = balancerOf(service);
    store.remove({ ...placeOf('forwardingRules'), name });
    store.remove({ ...placeOf('targetPools'), name });
    store.remove({ ...placeOf('firewalls'), name: firewall });
  }

  const stops = [
    api.watch(resources.services, ({ type, object }) => {
      if (type !== 'DELETED' && object.spec?.['type'] === 'LoadBalancer') balance(object);
      else unbalance(object);
    }),
    api.watch(resources.persistentVolumes, ({ type, object }) => {
      const { name = '', annotations = {} } = object.metadata;
      if (annotations['pv.kubernetes.io/provisioned-by'] === undefined) return;
      if (type === 'DELETED') store.remove({ ...placeOf('disks'), name });
      else ensure(placeOf('disks'), diskOf(object, cluster));
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

/** Tag of a cluster's machines, by which firewall rules find them. */
export function nodeTag({ name, id }: Pick<CloudCluster, 'name' | 'id'>): string {
  return `gke-${name}-${id.slice(0, 8)}-node`;
}

function projectLink(project: string): string {
  return `https://www.googleapis.com/compute/v1/projects/${project}`;
}

/** Names as the cloud provider makes them of the Service's uid. */
function balancerOf({ metadata }: KubeObject): { name: string; firewall: string; addresses: string } {
  const digits = (metadata.uid ?? '').replaceAll('-', '');
  const name = `a${digits}`.slice(0, 32);
  // An address of the network that is kept for documentation.
  const addresses = `203.0.113.${(Number.parseInt(digits.slice(0, 6), 16) % 254) + 1}`;
  return { name, firewall: `k8s-fw-${name}`, addresses };
}

function diskOf(volume: KubeObject, { name, location, id }: CloudCluster): ComputeResource {
  const claim = (volume.spec?.['claimRef'] ?? {}) as { name?: string; namespace?: string };
  const storage = String((volume.spec?.['capacity'] as { storage?: string } | undefined)?.storage ?? '1Gi');
  return {
    name: volume.metadata.name ?? '',
    sizeGb: /^\d+Gi$/.test(storage) ? storage.slice(0, -2) : '1',
    status: 'READY',
    description: JSON.stringify({
      'kubernetes.io/created-for/pv/name': volume.metadata.name,
      'kubernetes.io/created-for/pvc/name': claim.name,
      'kubernetes.io/created-for/pvc/namespace': claim.namespace,
      'storage.gke.io/created-by': 'pd.csi.storage.gke.io',
    }),
    labels: {
      'goog-gke-cluster-id-base32': base32(Buffer.from(id, 'hex')),
      'goog-gke-volume': '',
      'goog-k8s-cluster-location': location,
      'goog-k8s-cluster-name': name,
    },
  };
}

/** RFC 4648 in lower case, without padding. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}
