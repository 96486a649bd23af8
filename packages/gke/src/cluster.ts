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
  readonly nodeCount?: number;
  /** RFC 3339. */
  readonly createTime?: string;
  /** Version of the control plane. */
  readonly version?: string;
  /** Why it is not well, in GKE's words. Empty when it is. */
  readonly problems: readonly string[];
  readonly nodePools: readonly {
    readonly name: string;
    readonly status: string;
    readonly problems: readonly string[];
  }[];
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
    ...(nodeCount > 0 ? { nodeCount } : {}),
    ...(cluster.createTime ? { createTime: cluster.createTime } : {}),
    ...(cluster.currentMasterVersion ? { version: cluster.currentMasterVersion } : {}),
    problems: problemsOf(cluster),
    nodePools: (cluster.nodePools ?? []).map((pool) => ({
      name: pool.name ?? '',
      status: String(pool.status ?? 'STATUS_UNSPECIFIED'),
      problems: problemsOf(pool),
    })),
  };
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
