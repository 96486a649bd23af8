import type { protos } from '@google-cloud/container';

/** Which cluster. */
export interface ClusterRef {
  readonly project: string;
  /** Zone or region. */
  readonly location: string;
  readonly name: string;
}

/** A cluster as it is now. */
export interface GkeCluster extends ClusterRef {
  /** `PROVISIONING`, `RUNNING`, `RECONCILING`, `STOPPING`, `ERROR`, `DEGRADED`. */
  readonly status: string;
  /** Host, or host:port, of the Kubernetes API. Empty until there is one. */
  readonly endpoint: string;
  /** Base64 of the PEM certificate that signs the endpoint's. */
  readonly caCertificate: string;
  readonly labels: Readonly<Record<string, string>>;
  /** 64 hex digits, of this cluster alone: one made later under the same name has another. */
  readonly id?: string;
  /** Shows, when labels are set, that they are still as they were read. */
  readonly labelFingerprint?: string;
  readonly nodeCount?: number;
  /** RFC 3339. */
  readonly createTime?: string;
  /** Version of the control plane. */
  readonly version?: string;
  /** Why it is not well, in GKE's words. Empty when it is. */
  readonly problems: readonly string[];
  /** GKE makes the nodes as pods need them. */
  readonly autopilot?: boolean;
  readonly nodePools: readonly GkeNodePool[];
}

/** A node pool as it is now. */
export interface GkeNodePool {
  readonly name: string;
  /** `PROVISIONING`, `RUNNING`, `RUNNING_WITH_ERROR`, `RECONCILING`, `STOPPING`, `ERROR`. */
  readonly status: string;
  readonly problems: readonly string[];
  /** Nodes in all its zones that were asked for. */
  readonly wantedNodes: number;
  /** GPUs that pods shall get of each node; 0 where GKE installs no driver. */
  readonly gpusPerNode: number;
}

/** `projects/P/locations/L/clusters/N` */
export function clusterPath({ project, location, name }: ClusterRef): string {
  return `projects/${project}/locations/${location}/clusters/${name}`;
}

/** The command that deletes a cluster by hand, for whoever reads of a leak. */
export function gcloudDelete({ project, location, name }: ClusterRef): string {
  return `gcloud container clusters delete ${name} --project ${project} --location ${location} --quiet`;
}

/** Reads a cluster of the API. Fields that are missing are empty. */
export function parseCluster(project: string, cluster: protos.google.container.v1.ICluster): GkeCluster {
  const location = cluster.location || cluster.zone || '';
  const nodeCount = cluster.currentNodeCount ?? 0;
  return {
    project,
    location,
    name: cluster.name ?? '',
    status: String(cluster.status ?? 'STATUS_UNSPECIFIED'),
    endpoint: cluster.endpoint ?? '',
    caCertificate: cluster.masterAuth?.clusterCaCertificate ?? '',
    labels: { ...cluster.resourceLabels },
    ...(cluster.id ? { id: cluster.id } : {}),
    ...(cluster.labelFingerprint ? { labelFingerprint: cluster.labelFingerprint } : {}),
    ...(nodeCount > 0 ? { nodeCount } : {}),
    ...(cluster.createTime ? { createTime: cluster.createTime } : {}),
    ...(cluster.currentMasterVersion ? { version: cluster.currentMasterVersion } : {}),
    problems: problemsOf(cluster),
    ...(cluster.autopilot?.enabled ? { autopilot: true } : {}),
    nodePools: (cluster.nodePools ?? []).map((pool) => ({
      name: pool.name ?? '',
      status: String(pool.status ?? 'STATUS_UNSPECIFIED'),
      problems: problemsOf(pool),
      wantedNodes: (pool.initialNodeCount ?? 0) * zoneCount(pool.locations ?? cluster.locations ?? [], location),
      gpusPerNode: gpusOf(pool.config?.accelerators ?? []),
    })),
  };
}

/** A region has its nodes in three zones, unless told otherwise. */
function zoneCount(locations: readonly string[], location: string): number {
  if (locations.length > 0) return locations.length;
  return /-[a-z]$/.test(location) ? 1 : 3;
}

function gpusOf(accelerators: readonly protos.google.container.v1.IAcceleratorConfig[]): number {
  return accelerators
    .filter(({ gpuDriverInstallationConfig: driver }) => driver?.gpuDriverVersion !== 'INSTALLATION_DISABLED')
    .reduce((sum, { acceleratorCount }) => sum + Number(acceleratorCount ?? 0), 0);
}

function problemsOf(of: {
  readonly conditions?: readonly protos.google.container.v1.IStatusCondition[] | null;
  readonly statusMessage?: string | null;
}): string[] {
  const conditions = (of.conditions ?? []).map(formatCondition).filter((text) => text !== '');
  return of.statusMessage && conditions.length === 0 ? [of.statusMessage] : conditions;
}

/** `GCE_STOCKOUT: text`; of an empty condition an empty text. */
export function formatCondition(condition: protos.google.container.v1.IStatusCondition): string {
  const names = [condition.code, condition.canonicalCode].map((code) => String(code ?? ''));
  const name = names.find((code) => code !== '' && code !== 'UNKNOWN' && code !== 'OK' && code !== '0') ?? '';
  return [name, condition.message ?? ''].filter((text) => text !== '').join(': ');
}
