import type { protos } from '@google-cloud/container';
import { mergeFields } from './merge-fields.js';
import { buildNodePools } from './node-pools.js';
import { checkRequest } from './request-check.js';

/** A cluster as the API takes it. */
export type ClusterBody = protos.google.container.v1.ICluster;

/** A node pool as the API takes it. */
export type NodePoolBody = protos.google.container.v1.INodePool;

/** GPUs in a node pool of their own. */
export interface Accelerator {
  /** Accelerator type, for example `nvidia-l4`. */
  readonly type: string;
  /** GPUs of each node. */
  readonly count: number;
  /** @default a machine type that carries so many of the accelerator type */
  readonly machineType?: string;
  /** Nodes in the pool. @default 1 */
  readonly nodeCount?: number;
  /** The driver GKE installs on the nodes; with `INSTALLATION_DISABLED` you install one. @default 'LATEST' */
  readonly driver?: 'LATEST' | 'DEFAULT' | 'INSTALLATION_DISABLED';
}

/** What is said of nodes. */
export interface NodeFields {
  /** @default 'e2-standard-4' */
  readonly machineType?: string;
  /** Nodes in each zone of the pool. @default 1 */
  readonly nodeCount?: number;
  /** Cheap nodes that may be taken away. @default false */
  readonly spot?: boolean;
  /** Boot disk of each node in GB. @default 50 */
  readonly diskSizeGb?: number;
  /** @default 'pd-balanced' */
  readonly diskType?: string;
  /** @default 'COS_CONTAINERD' */
  readonly imageType?: string;
  /** Service account of the nodes. @default the project's default one */
  readonly serviceAccount?: string;
  /** @default ['https://www.googleapis.com/auth/cloud-platform'] */
  readonly oauthScopes?: readonly string[];
  /** Nodes are removed after this many seconds: a second stop on cost. @default never */
  readonly maxRunDurationSeconds?: number;
}

/** One node pool. What is not said of its nodes is as the cluster request says it. */
export interface NodePoolRequest extends NodeFields {
  /** At most 40 characters. */
  readonly name: string;
  readonly accelerator?: Omit<Accelerator, 'machineType' | 'nodeCount'>;
  /** Labels of the nodes in Kubernetes. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  readonly taints?: readonly {
    readonly key: string;
    readonly value: string;
    readonly effect: 'NO_SCHEDULE' | 'PREFER_NO_SCHEDULE' | 'NO_EXECUTE';
  }[];
  /** Any field of the API's NodePool, merged as {@link ClusterRequest.overrides}. */
  readonly overrides?: NodePoolBody;
}

/** The cluster to create. What is not said is GKE's choice. Fields of nodes are those of every pool. */
export interface ClusterRequest extends NodeFields {
  /** At most 40 characters, see {@link clusterName}. */
  readonly name: string;
  readonly project: string;
  /** Zone or region. */
  readonly location: string;
  /** Labels of the cluster and its nodes; `seatrial-run` says whose it is, see {@link runLabels}. */
  readonly labels: Readonly<Record<string, string>>;
  /** Version of the control plane: `1.X`, `1.X.Y-gke.N`, `latest`. */
  readonly version?: string;
  /** @default 'REGULAR' */
  readonly releaseChannel?: 'RAPID' | 'REGULAR' | 'STABLE' | 'EXTENDED' | 'UNSPECIFIED';
  /** @default one pool `default` */
  readonly nodePools?: readonly NodePoolRequest[];
  /** Each gets a pool of its own, `gpu`, `gpu-2`, …, beside the others. */
  readonly accelerators?: readonly Accelerator[];
  /** GKE manages the nodes: fields of nodes may not be set, and the location is a region. @default false */
  readonly autopilot?: boolean;
  readonly network?: string;
  readonly subnetwork?: string;
  /** Nodes without public addresses; they need Cloud NAT to pull images from elsewhere. @default false */
  readonly privateNodes?: boolean;
  /** Pods may act as service accounts of the project. @default true */
  readonly workloadIdentity?: boolean;
  /** No upgrade within this time, of 30 days at most. */
  readonly maintenanceExclusion?: { readonly startMs: number; readonly endMs: number };
  /**
   * Any field of the API's Cluster, merged over the rest: objects merge, lists replace, `null` removes. Field names and
   * forms are those of the client: camelCase, durations and times as `{ seconds }`.
   */
  readonly overrides?: ClusterBody;
}

/**
 * The body of the create call.
 *
 * Node pools are always named, because the older `initialNodeCount` must not be mixed with them.
 *
 * @throws {GkeError} `INVALID` for what GKE would refuse, naming every field, its value and the remedy.
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
      ? { autopilot: { enabled: true }, ...autopilotNodes(request) }
      : {
          ...(workloadIdentity ? { workloadIdentityConfig: { workloadPool: `${request.project}.svc.id.goog` } } : {}),
          nodePools: buildNodePools(request),
        }),
  };
  return mergeFields(body, request.overrides ?? {}) as ClusterBody;
}

/** Nodes that GKE makes by itself take account and scopes from the defaults of auto-provisioning. */
function autopilotNodes({ serviceAccount, oauthScopes }: ClusterRequest): ClusterBody {
  if (serviceAccount === undefined && oauthScopes === undefined) return {};
  const autoprovisioningNodePoolDefaults = {
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...(oauthScopes === undefined ? {} : { oauthScopes: [...oauthScopes] }),
  };
  return { autoscaling: { autoprovisioningNodePoolDefaults } };
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
