import { createHash } from 'node:crypto';
import type { ClusterKubernetes } from './kubernetes.js';
import type { NodePool } from './node-pool.js';
import { zonesOf } from './node-pool.js';
import type { Operation } from './operation.js';
import type { ClusterRef } from './resource-name.js';
import { formatCluster } from './resource-name.js';

/** The fields of `google.container.v1.Cluster` that a client sets and that matter here. */
export interface ClusterFields {
  readonly name: string;
  readonly initialNodeCount?: number;
  readonly nodeConfig?: NodePool['config'];
  readonly nodePools?: readonly NodePool[];
  readonly locations?: readonly string[];
  readonly resourceLabels?: Readonly<Record<string, string>>;
  readonly initialClusterVersion?: string;
  readonly autopilot?: { readonly enabled?: boolean } | null;
  readonly [field: string]: unknown;
}

/** A cluster as it is kept. */
export interface Cluster {
  readonly ref: ClusterRef;
  /** 64 hex digits, of this cluster alone: one made later under the same name has another. */
  readonly id: string;
  readonly fields: ClusterFields;
  readonly createMs: number;
  status: 'PROVISIONING' | 'RUNNING' | 'RECONCILING' | 'STOPPING' | 'ERROR';
  statusMessage?: string;
  labels: Readonly<Record<string, string>>;
  nodePools: readonly NodePool[];
  kubernetes?: ClusterKubernetes;
  /** While one runs, no other may start. */
  operation?: Operation;
}

/** What the sandbox says its masters run when no cluster has been made yet. */
export const DEFAULT_VERSION = '1.34.1-gke.1000000';

/** What SetLabels must be given to show that it knows the labels of now. */
export function labelFingerprint(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8);
}

/** The pools as `google.container.v1.NodePool`. */
export function formatNodePools({ nodePools, status, kubernetes, ref }: Cluster): Record<string, unknown>[] {
  const poolStatus = status === 'RECONCILING' ? 'RUNNING' : status;
  return nodePools.map((pool) => ({
    ...pool,
    status: poolStatus,
    version: versionOf(kubernetes),
    selfLink: `https://container.googleapis.com/v1/${formatCluster(ref)}/nodePools/${pool.name}`,
  }));
}

/** `google.container.v1.Cluster`. */
export function formatClusterResource(cluster: Cluster): Record<string, unknown> {
  const { ref, id, fields, createMs, status, statusMessage, labels, nodePools, kubernetes } = cluster;
  const nodeCount = nodePools.reduce(
    (sum, pool) => sum + pool.initialNodeCount * zonesOf(pool, ref.location).length,
    0,
  );
  const isUp = kubernetes !== undefined && status !== 'PROVISIONING';
  return {
    ...fields,
    name: ref.name,
    id,
    location: ref.location,
    zone: ref.location,
    locations: zonesOf(fields, ref.location),
    selfLink: `https://container.googleapis.com/v1/${formatCluster(ref)}`,
    resourceLabels: labels,
    labelFingerprint: labelFingerprint(labels),
    nodePools: formatNodePools(cluster),
    status,
    statusMessage: statusMessage ?? '',
    currentMasterVersion: versionOf(kubernetes),
    currentNodeVersion: versionOf(kubernetes),
    initialClusterVersion: fields.initialClusterVersion || versionOf(kubernetes),
    currentNodeCount: isUp ? nodeCount : 0,
    createTime: new Date(createMs).toISOString(),
    endpoint: isUp ? kubernetes.endpoint : '',
    masterAuth: isUp ? { clusterCaCertificate: Buffer.from(kubernetes.caCertificate).toString('base64') } : null,
  };
}

function versionOf(kubernetes: ClusterKubernetes | undefined): string {
  return kubernetes === undefined ? DEFAULT_VERSION : `${kubernetes.version}-gke.1000000`;
}
