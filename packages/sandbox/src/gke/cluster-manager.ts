import { createHash } from 'node:crypto';
import type { Clock, Logger } from '../clock.js';
import type { Faults } from '../faults.js';
import { checkCluster, checkLabels, checkLocation, poolsOf } from './cluster-request.js';
import type { Cluster, ClusterFields } from './cluster-resource.js';
import { DEFAULT_VERSION, formatClusterResource, formatNodePools, labelFingerprint } from './cluster-resource.js';
import { GkeApiError } from './gke-error.js';
import type { KubernetesFactory } from './kubernetes.js';
import { nodesOf } from './node-pool.js';
import type { OperationError, OperationType } from './operation.js';
import { formatOperation, operationVerbs } from './operation.js';
import { createOperations } from './operations.js';
import { isBusyAsPlanned, plannedFailure, plannedMissingZones, refuseAsPlanned } from './planned-faults.js';
import type { ClusterRef, NamedRequest } from './resource-name.js';
import { formatCluster, parseName, parseParent } from './resource-name.js';

type Reply = Record<string, unknown>;

/** The rpcs of `google.container.v1.ClusterManager` that are there, by name. */
export interface ClusterManager {
  /** @param options.leastMs How long it takes at least. @default what all operations take */
  createCluster(
    request: NamedRequest & { readonly cluster?: ClusterFields | null },
    options?: { readonly leastMs?: number },
  ): Reply;
  getCluster(request: NamedRequest): Reply;
  listClusters(request: NamedRequest): Reply;
  deleteCluster(request: NamedRequest): Reply;
  setLabels(
    request: NamedRequest & {
      readonly resourceLabels?: Readonly<Record<string, string>>;
      readonly labelFingerprint?: string;
    },
  ): Reply;
  getOperation(request: NamedRequest): Reply;
  listOperations(request: NamedRequest): Reply;
  cancelOperation(request: NamedRequest): Reply;
  getServerConfig(request: NamedRequest): Reply;
  listNodePools(request: NamedRequest): Reply;
  getNodePool(request: NamedRequest): Reply;
  /** Resolves when no operation runs. */
  whenIdle(): Promise<void>;
  /** Ends all operations and takes every cluster down. */
  close(): Promise<void>;
}

/**
 * Keeps clusters: PROVISIONING → RUNNING → STOPPING → gone, each step an operation that takes `operationMs`.
 *
 * @param options.newId Makes the last part of operation names.
 * @param options.operationMs How long an operation takes at least.
 */
export function createClusterManager(options: {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
  readonly operationMs: number;
  readonly faults: Faults;
  readonly createKubernetes: KubernetesFactory;
}): ClusterManager {
  const { clock, newId, faults, createKubernetes } = options;
  const clusters = new Map<string, Cluster>();
  const operations = createOperations(options);

  const keyOf = ({ project, location, name }: ClusterRef) => `${project}/${location}/${name}`;

  function find(request: NamedRequest): Cluster {
    const ref = parseName(request, 'clusters');
    const cluster = clusters.get(keyOf(ref));
    if (cluster !== undefined) return cluster;
    const message = `Not found: ${formatCluster(ref)}.\nNo cluster named '${ref.name}' in ${ref.project}.`;
    throw new GkeApiError('NOT_FOUND', message);
  }

  function refuseWhileBusy({ operation, ref }: Cluster): void {
    if (operation === undefined) return;
    const message = `Operation ${operation.id} is currently ${operationVerbs[operation.type]} cluster ${ref.name}. Please wait and try again once it is done.`;
    throw new GkeApiError('FAILED_PRECONDITION', message);
  }

  /** Starts an operation, which ends well unless the plan or the work says otherwise. */
  function begin(
    cluster: Cluster,
    type: OperationType,
    steps: {
      readonly work?: () => Promise<void>;
      readonly ended: (error: OperationError | undefined) => void;
      readonly leastMs?: number | undefined;
    },
  ): Reply {
    const operation = operations.begin(cluster.ref, type, {
      ...(steps.leastMs === undefined ? {} : { leastMs: steps.leastMs }),
      async work() {
        const failure = plannedFailure(faults, type, cluster.ref.location);
        if (failure === undefined) await steps.work?.();
        return failure;
      },
      ended(error) {
        delete cluster.operation;
        steps.ended(error);
      },
    });
    cluster.operation = operation;
    return formatOperation(operation);
  }

  return {
    createCluster(request, { leastMs } = {}) {
      refuseAsPlanned(faults, 'CreateCluster');
      const { project, location } = parseParent(request);
      checkLocation(location);
      const fields = checkCluster(request.cluster);
      const ref = { project, location, name: fields.name };
      const nodePools = poolsOf(fields, location);
      if (clusters.has(keyOf(ref))) throw new GkeApiError('ALREADY_EXISTS', `Already exists: ${formatCluster(ref)}.`);
      const cluster: Cluster = {
        ref,
        id: createHash('sha256')
          .update(`${keyOf(ref)}/${clock.now()}/${newId()}`)
          .digest('hex'),
        fields,
        createMs: clock.now(),
        status: 'PROVISIONING',
        labels: fields.resourceLabels ?? {},
        nodePools,
      };
      clusters.set(keyOf(ref), cluster);
      return begin(cluster, 'CREATE_CLUSTER', {
        leastMs,
        async work() {
          const nodes = nodePools.flatMap((pool) => nodesOf(pool, ref));
          cluster.kubernetes = await createKubernetes({ ...ref, id: cluster.id, nodes });
        },
        ended(error) {
          cluster.status = error === undefined ? 'RUNNING' : 'ERROR';
          if (error !== undefined) cluster.statusMessage = error.message;
        },
      });
    },
    getCluster(request) {
      refuseAsPlanned(faults, 'GetCluster');
      return formatClusterResource(find(request));
    },
    listClusters(request) {
      refuseAsPlanned(faults, 'ListClusters');
      const { project, location } = parseParent(request);
      const missingZones = plannedMissingZones(faults);
      const found = [...clusters.values()].filter(({ ref }) => {
        if (ref.project !== project || missingZones.includes(ref.location)) return false;
        return location === '-' || ref.location === location;
      });
      return { clusters: found.map(formatClusterResource), missingZones };
    },
    deleteCluster(request) {
      refuseAsPlanned(faults, 'DeleteCluster');
      const cluster = find(request);
      if (cluster.operation === undefined && isBusyAsPlanned(faults)) {
        const before = cluster.status;
        cluster.status = 'RECONCILING';
        begin(cluster, 'AUTO_REPAIR_NODES', { ended: () => void (cluster.status = before) });
      }
      refuseWhileBusy(cluster);
      cluster.status = 'STOPPING';
      return begin(cluster, 'DELETE_CLUSTER', {
        work: async () => cluster.kubernetes?.close(),
        ended(error) {
          if (error === undefined) clusters.delete(keyOf(cluster.ref));
          else cluster.status = 'ERROR';
        },
      });
    },
    setLabels(request) {
      refuseAsPlanned(faults, 'SetLabels');
      const cluster = find(request);
      const labels = request.resourceLabels ?? {};
      checkLabels(labels);
      if (request.labelFingerprint !== labelFingerprint(cluster.labels)) {
        throw new GkeApiError('FAILED_PRECONDITION', 'Labels could not be set due to fingerprint mismatch.');
      }
      refuseWhileBusy(cluster);
      const before = cluster.status;
      cluster.status = 'RECONCILING';
      return begin(cluster, 'SET_LABELS', {
        ended(error) {
          cluster.status = before;
          if (error === undefined) cluster.labels = labels;
        },
      });
    },
    getOperation(request) {
      refuseAsPlanned(faults, 'GetOperation');
      return formatOperation(operations.find(request));
    },
    listOperations: (request) => ({ operations: operations.list(request).map(formatOperation), missingZones: [] }),
    cancelOperation(request) {
      operations.cancel(request);
      return {};
    },
    getServerConfig(request) {
      // It names a location by `name`.
      const { location } = parseParent({ ...request, parent: request.name ?? '' });
      checkLocation(location);
      const versions = [DEFAULT_VERSION];
      const channels = ['RAPID', 'REGULAR', 'STABLE'].map((channel) => {
        return { channel, defaultVersion: DEFAULT_VERSION, validVersions: versions };
      });
      return {
        defaultClusterVersion: DEFAULT_VERSION,
        validNodeVersions: versions,
        defaultImageType: 'COS_CONTAINERD',
        validImageTypes: ['COS_CONTAINERD', 'UBUNTU_CONTAINERD'],
        validMasterVersions: versions,
        channels,
      };
    },
    listNodePools: (request) => {
      const cluster = find(request.parent ? { name: request.parent } : request);
      return { nodePools: formatNodePools(cluster) };
    },
    getNodePool(request) {
      const { pool } = parseName(request, 'clusters');
      const cluster = find(request);
      const found = formatNodePools(cluster).find((item) => item['name'] === pool);
      if (found !== undefined) return found;
      throw new GkeApiError('NOT_FOUND', `Not found: ${formatCluster(cluster.ref)}/nodePools/${pool}.`);
    },
    whenIdle: () => operations.whenIdle(),
    async close() {
      await operations.close();
      await Promise.all([...clusters.values()].map(({ kubernetes }) => kubernetes?.close()));
      clusters.clear();
    },
  };
}
