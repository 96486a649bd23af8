import type { ComputeResource } from './compute-resource.js';
import { EXPIRES_LABEL, expiryOf, RUN_LABEL } from './labels.js';

/** A cluster that is gone, or about to be. */
export interface GoneCluster {
  readonly name: string;
  /** Zone or region. */
  readonly location: string;
  /** 64 hex digits. */
  readonly id?: string | undefined;
}

/** Something a cluster left, and how that is known. */
export interface Leftover {
  readonly resource: ComputeResource;
  readonly why: string;
}

/** Order of deletion: what is used goes after what uses it. Firewall rules last: by them the rest is known. */
const order = ['forwardingRules', 'targetPools', 'backendServices', 'disks', 'firewalls'] as const;

const NODE_TAG = /^gke-(?<name>[a-z][a-z0-9-]*)-[0-9a-f]{8}-node$/;

/**
 * Picks what certainly belonged to clusters that are gone, in the order it has to be deleted.
 *
 * - A disk of a volume carries the cluster's name and location as labels, newer ones its id. One in use stays, and so does
 *   one whose volume says that it is to be retained.
 * - A firewall rule is for machines that carry the cluster's tag, `gke-<cluster>-<hash>-node`.
 * - A forwarding rule, target pool or backend service of a Service has its name in common with such a firewall rule,
 *   `k8s-fw-<name>` or `<name>`, and says in its description that it is of a Service.
 *
 * Names are not unique over locations and time, so where a cluster of the name exists, nothing is picked by name alone.
 *
 * @param of.existing Names of the clusters that are there and stay.
 * @see https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules
 */
export function findLeftovers(
  resources: readonly ComputeResource[],
  of: { readonly gone: readonly GoneCluster[]; readonly existing: ReadonlySet<string>; readonly nowMs: number },
): readonly Leftover[] {
  const names = new Set(of.gone.map(({ name }) => name).filter((name) => !of.existing.has(name)));
  const firewalls = resources.flatMap((resource): Leftover[] => {
    const clusters = new Set(resource.targetTags.map((tag) => NODE_TAG.exec(tag)?.groups?.['name'] ?? ''));
    const [cluster = ''] = clusters;
    if (resource.collection !== 'firewalls' || clusters.size !== 1 || !names.has(cluster)) return [];
    return [{ resource, why: `of cluster ${cluster}` }];
  });
  const services = new Map(firewalls.map(({ resource, why }) => [resource.name.replace(/^k8s-fw-/, ''), why]));
  const found = resources.flatMap((resource): Leftover[] => {
    if (resource.collection === 'firewalls') return [];
    const why = resource.collection === 'disks' ? diskReason(resource, of) : serviceReason(resource, services);
    return why === undefined ? [] : [{ resource, why }];
  });
  return [...found, ...firewalls].sort(
    (a, b) => order.indexOf(a.resource.collection) - order.indexOf(b.resource.collection),
  );
}

/** Clusters that are no longer there, by what they left, with names that begin in a certain way. */
export function findGoneClusters(
  resources: readonly ComputeResource[],
  of: { readonly prefix: string; readonly existing: ReadonlySet<string> },
): readonly GoneCluster[] {
  const found = resources.flatMap(({ targetTags, labels }): GoneCluster[] => [
    ...targetTags.map((tag) => ({ name: NODE_TAG.exec(tag)?.groups?.['name'] ?? '', location: '' })),
    { name: labels['goog-k8s-cluster-name'] ?? '', location: labels['goog-k8s-cluster-location'] ?? '' },
  ]);
  return found.filter(({ name }) => name !== '' && name.startsWith(of.prefix) && !of.existing.has(name));
}

function diskReason(
  { labels, description, users, name }: ComputeResource,
  { gone, existing, nowMs }: Parameters<typeof findLeftovers>[1],
): string | undefined {
  const isVolume = 'goog-gke-volume' in labels || description.includes('pd.csi.storage.gke.io') || /^pvc-/.test(name);
  const { 'reclaim-policy-gke-io': reclaim = 'delete' } = labels;
  if (users.length > 0 || !isVolume || reclaim !== 'delete') return undefined;
  const cluster = labels['goog-k8s-cluster-name'];
  const expiresMs = expiryOf({ labels });
  if (labels[RUN_LABEL] !== undefined && expiresMs !== undefined && expiresMs < nowMs) {
    // It says itself whose it is; but as long as the cluster is there, the cluster decides.
    if (cluster === undefined || !existing.has(cluster))
      return `${EXPIRES_LABEL} of run ${labels[RUN_LABEL]} has passed`;
  }
  const id = labels['goog-gke-cluster-id-base32'];
  const of = gone.find((one) => {
    if (one.name !== cluster || one.location !== labels['goog-k8s-cluster-location']) return false;
    if (id !== undefined && one.id !== undefined) return id === base32(Buffer.from(one.id, 'hex'));
    return !existing.has(one.name);
  });
  return of === undefined ? undefined : `of cluster ${of.name}`;
}

function serviceReason(
  { name, backend, description }: ComputeResource,
  services: ReadonlyMap<string, string>,
): string | undefined {
  if (!/"(kubernetes\.io|networking\.gke\.io)\/service-name"/.test(description)) return undefined;
  return services.get(name) ?? services.get(backend);
}

/** RFC 4648 in lower case, without padding, as GKE writes ids into labels. */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}
