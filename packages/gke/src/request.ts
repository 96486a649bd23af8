import type { protos } from '@google-cloud/container';
import { GkeError } from './errors.js';
import { MAX_NAME_LENGTH } from './labels.js';

/** A cluster as the API takes it. */
export type ClusterBody = protos.google.container.v1.ICluster;

/** GPUs in a node pool of their own. */
export interface Accelerator {
  /** Accelerator type, for example `nvidia-l4`. */
  readonly type: string;
  /** GPUs of each node. */
  readonly count: number;
  /** @default a machine type that carries the accelerator type */
  readonly machineType?: string;
  /** Nodes in the pool. @default 1 */
  readonly nodeCount?: number;
}

/** The cluster to create. What is not said is GKE's choice. */
export interface ClusterRequest {
  /** At most 40 characters, see {@link clusterName}. */
  readonly name: string;
  readonly project: string;
  /** Zone or region. */
  readonly location: string;
  /** Labels of the cluster and its nodes; `seatrial-run` says whose it is, see {@link runLabels}. */
  readonly labels: Readonly<Record<string, string>>;
  /** @default 'e2-standard-4' */
  readonly machineType?: string;
  /** Nodes in each zone of the default pool. @default 1 */
  readonly nodeCount?: number;
  /** Version of the control plane: `1.X`, `1.X.Y-gke.N`, `latest`. */
  readonly version?: string;
  /** @default 'REGULAR' */
  readonly releaseChannel?: 'RAPID' | 'REGULAR' | 'STABLE' | 'EXTENDED' | 'UNSPECIFIED';
  /** Cheap nodes that may be taken away. @default false */
  readonly spot?: boolean;
  /** Boot disk of each node in GB. @default 50 */
  readonly diskSizeGb?: number;
  /** @default 'pd-balanced' */
  readonly diskType?: string;
  /** @default 'COS_CONTAINERD' */
  readonly imageType?: string;
  readonly accelerators?: readonly Accelerator[];
  /** GKE manages the nodes: all node fields are left out. @default false */
  readonly autopilot?: boolean;
  /** Service account of the nodes. */
  readonly serviceAccount?: string;
  /** @default ['https://www.googleapis.com/auth/cloud-platform'] */
  readonly oauthScopes?: readonly string[];
  readonly network?: string;
  readonly subnetwork?: string;
  /** Nodes without public addresses. @default false */
  readonly privateNodes?: boolean;
  /** Pods may act as service accounts of the project. @default true */
  readonly workloadIdentity?: boolean;
  /** Nodes are removed after this many seconds: a second stop on cost. */
  readonly maxRunDurationSeconds?: number;
  /** No upgrade within this time. */
  readonly maintenanceExclusion?: { readonly startMs: number; readonly endMs: number };
  /**
   * Any field of the API's Cluster, merged over the rest: objects merge, lists replace, `null` removes. Field names and
   * forms are those of the client: camelCase, durations and times as `{ seconds }`.
   */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

const machineFor: readonly (readonly [RegExp, string])[] = [
  [/^nvidia-l4/, 'g2-standard-8'],
  [/^nvidia-tesla-a100/, 'a2-highgpu-1g'],
  [/^nvidia-a100-80gb/, 'a2-ultragpu-1g'],
  [/^nvidia-h100/, 'a3-highgpu-8g'],
];

/**
 * The body of the create call.
 *
 * Node pools are always named, because the older `initialNodeCount` must not be mixed with them.
 *
 * @throws {GkeError} `INVALID` for a name, a location or a count that GKE would refuse, naming every one of them.
 * @see https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
 */
export function buildCluster(request: ClusterRequest): ClusterBody {
  checkRequest(request);
  const { labels, autopilot = false, releaseChannel = 'REGULAR', workloadIdentity = true } = request;
  const body: ClusterBody = {
    name: request.name,
    resourceLabels: { ...labels },
    releaseChannel: { channel: releaseChannel },
    ipAllocationPolicy: { useIpAliases: true },
    ...(request.version === undefined ? {} : { initialClusterVersion: request.version }),
    ...(request.network === undefined ? {} : { network: request.network }),
    ...(request.subnetwork === undefined ? {} : { subnetwork: request.subnetwork }),
    ...(request.privateNodes === true ? { networkConfig: { defaultEnablePrivateNodes: true } } : {}),
    ...maintenance(request.maintenanceExclusion),
    ...(autopilot
      ? { autopilot: { enabled: true } }
      : {
          ...(workloadIdentity ? { workloadIdentityConfig: { workloadPool: `${request.project}.svc.id.goog` } } : {}),
          nodePools: nodePools(request),
        }),
  };
  return mergeFields(body, request.overrides ?? {}) as ClusterBody;
}

/** Merges `over` into a copy of `base`: objects merge, lists and scalars replace, `null` removes, `undefined` keeps. */
export function mergeFields(base: unknown, over: unknown): unknown {
  if (!isFields(base) || !isFields(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    // A key of this name would set the prototype instead of a field.
    if (value === undefined || key === '__proto__') continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeFields(Object.hasOwn(merged, key) ? merged[key] : {}, value);
  }
  return merged;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nodePools(request: ClusterRequest): protos.google.container.v1.INodePool[] {
  const { machineType = 'e2-standard-4', nodeCount = 1, workloadIdentity = true } = request;
  const config: protos.google.container.v1.INodeConfig = {
    diskSizeGb: request.diskSizeGb ?? 50,
    diskType: request.diskType ?? 'pd-balanced',
    imageType: request.imageType ?? 'COS_CONTAINERD',
    oauthScopes: [...(request.oauthScopes ?? ['https://www.googleapis.com/auth/cloud-platform'])],
    resourceLabels: { ...request.labels },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    ...(workloadIdentity ? { workloadMetadataConfig: { mode: 'GKE_METADATA' as const } } : {}),
    ...(request.spot === true ? { spot: true } : {}),
    ...(request.serviceAccount === undefined ? {} : { serviceAccount: request.serviceAccount }),
    ...(request.maxRunDurationSeconds === undefined
      ? {}
      : { maxRunDuration: { seconds: request.maxRunDurationSeconds } }),
  };
  const management = { autoRepair: true, autoUpgrade: true };
  const pool = { name: 'default', initialNodeCount: nodeCount, management, config: { ...config, machineType } };
  const gpuPools = (request.accelerators ?? []).map((accelerator, index) => ({
    name: index === 0 ? 'gpu' : `gpu-${index + 1}`,
    initialNodeCount: accelerator.nodeCount ?? 1,
    management,
    config: {
      ...config,
      machineType:
        accelerator.machineType ?? machineFor.find(([type]) => type.test(accelerator.type))?.[1] ?? 'n1-standard-8',
      accelerators: [
        {
          acceleratorCount: String(accelerator.count),
          acceleratorType: accelerator.type,
          // Left out, no driver is installed and no pod ever gets the GPU.
          gpuDriverInstallationConfig: { gpuDriverVersion: 'LATEST' as const },
        },
      ],
    },
  }));
  return [pool, ...gpuPools];
}

function maintenance(exclusion: ClusterRequest['maintenanceExclusion']): ClusterBody {
  if (exclusion === undefined) return {};
  const window = {
    startTime: { seconds: Math.floor(exclusion.startMs / 1_000) },
    endTime: { seconds: Math.ceil(exclusion.endMs / 1_000) },
    maintenanceExclusionOptions: { scope: 'NO_UPGRADES' as const },
  };
  return { maintenancePolicy: { window: { maintenanceExclusions: { seatrial: window } } } };
}

function checkRequest(request: ClusterRequest): void {
  const problems: string[] = [];
  if (!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(request.name) || request.name.length > MAX_NAME_LENGTH) {
    problems.push(`name ${JSON.stringify(request.name)} is not 1 to 40 of a-z, 0-9 and "-", starting with a letter`);
  }
  if (request.project === '') problems.push('project is empty');
  if (!/^[a-z]+-[a-z]+\d+(-[a-z])?$/.test(request.location)) {
    problems.push(`location ${JSON.stringify(request.location)} is neither a zone nor a region`);
  }
  for (const [key, value] of Object.entries(request.labels)) {
    if (!/^[a-z][a-z0-9_-]{0,62}$/.test(key)) problems.push(`label key ${JSON.stringify(key)} is not allowed`);
    if (!/^[a-z0-9_-]{0,63}$/.test(value))
      problems.push(`value of label ${key} is not allowed: ${JSON.stringify(value)}`);
  }
  const counts = [
    ['nodeCount', request.nodeCount],
    ['diskSizeGb', request.diskSizeGb],
    ...(request.accelerators ?? []).map(({ type, count }) => [`count of accelerator ${type}`, count] as const),
  ] as const;
  for (const [field, count] of counts) {
    if (count !== undefined && (!Number.isInteger(count) || count < 1)) {
      problems.push(`${field} is not a whole number of 1 or more: ${count}`);
    }
  }
  if (request.autopilot === true && (request.accelerators ?? []).length > 0) {
    problems.push('accelerators cannot be asked for with autopilot: pods ask for them there');
  }
  if (problems.length > 0) {
    throw new GkeError('INVALID', `cannot request cluster: ${problems.join('; ')}`, {
      hint: 'Correct the named fields of the cluster request.',
      cluster: request.name,
      location: request.location,
    });
  }
}
