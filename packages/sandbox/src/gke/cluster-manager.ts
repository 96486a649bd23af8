import { createHash } from 'node:crypto';
import type { Clock, Logger } from '../clock.js';
import type { Faults } from '../faults.js';
import { GkeApiError } from './gke-error.js';
import type { ClusterKubernetes, KubernetesFactory } from './kubernetes.js';
import type { NodePool } from './node-pool.js';
import { checkNodePool, completeNodePool, nodesOf, zonesOf } from './node-pool.js';
import type { Operation, OperationError, OperationType } from './operation.js';
import { formatOperation } from './operation.js';
import type { ClusterRef, NamedRequest } from './resource-name.js';
import { formatCluster, isZone, parseName, parseParent } from './resource-name.js';

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

type Reply = Record<string, unknown>;

/** The rpcs of `google.container.v1.ClusterManager` that are there, by name. */
export interface ClusterManager {
  createCluster(request: NamedRequest & { readonly cluster?: ClusterFields | null }): Reply;
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

interface Cluster {
  readonly ref: ClusterRef;
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

const NAME = /^[a-z](?:[-a-z0-9]{0,38}[a-z0-9])?$/;
const LOCATION = /^[a-z]+-[a-z]+\d{1,2}(?:-[a-z])?$/;
const LABEL_KEY = /^\p{Ll}[\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const LABEL_VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;
const MAX_OPERATIONS = 1000;
const verbs: Readonly<Record<OperationType, string>> = {
  CREATE_CLUSTER: 'creating',
  DELETE_CLUSTER: 'deleting',
  SET_LABELS: 'updating',
};

/** What the sandbox says its masters run when no cluster has been made yet. */
export const DEFAULT_VERSION = '1.34.1-gke.1000000';

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
  const { clock, logger, newId, operationMs, faults, createKubernetes } = options;
  const clusters = new Map<string, Cluster>();
  const operations = new Map<string, Operation>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();

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
    const message = `Operation ${operation.id} is currently ${verbs[operation.type]} cluster ${ref.name}. Please wait and try again once it is done.`;
    throw new GkeApiError('FAILED_PRECONDITION', message);
  }

  /** Starts an operation; `work` runs beside the time it takes. */
  function begin(
    cluster: Cluster,
    type: OperationType,
    steps: {
      readonly work: () => Promise<OperationError | undefined>;
      readonly ended: (error: OperationError | undefined) => void;
    },
  ): Reply {
    const operation: Operation = {
      id: `operation-${clock.now()}-${newId()}`,
      cluster: cluster.ref,
      type,
      startMs: clock.now(),
      status: 'PENDING',
      cancel: new AbortController(),
    };
    operations.set(operation.id, operation);
    const [oldest] = operations.keys();
    if (operations.size > MAX_OPERATIONS && oldest !== undefined) operations.delete(oldest);
    cluster.operation = operation;
    const done = run(operation, steps.work).then((error) => {
      operation.status = 'DONE';
      operation.endMs = clock.now();
      if (error !== undefined) operation.error = error;
      delete cluster.operation;
      steps.ended(error);
    });
    running.add(done);
    void done.finally(() => running.delete(done));
    return formatOperation(operation);
  }

  async function run(
    operation: Operation,
    work: () => Promise<OperationError | undefined>,
  ): Promise<OperationError | undefined> {
    const signal = AbortSignal.any([operation.cancel.signal, closing.signal]);
    const least = (async () => {
      const first = Math.min(operationMs / 10, 1000);
      await clock.sleep(first, signal);
      operation.status = 'RUNNING';
      await clock.sleep(operationMs - first, signal);
    })();
    // Both to their ends, also when it is cancelled: what the work has made by then is known to whoever closes it.
    const [worked, waited] = await Promise.allSettled([work(), least]);
    if (worked.status === 'fulfilled' && waited.status === 'fulfilled') return worked.value;
    if (operation.cancel.signal.aborted) return { code: 1, message: `Operation ${operation.id} was cancelled.` };
    if (closing.signal.aborted) return { code: 14, message: 'The sandbox is going down.' };
    const cause: unknown = worked.status === 'rejected' ? worked.reason : undefined;
    logger.error('cluster operation failed', { operation: operation.id, error: String(cause) });
    return { code: 13, message: `Internal error: ${cause instanceof Error ? cause.message : String(cause)}` };
  }

  /** A create that goes wrong because the plan says so. */
  function plannedFailure({ location }: ClusterRef): OperationError | undefined {
    const fault = faults.next('gke', 'CreateCluster', ['stockout', 'quota']);
    if (fault?.kind === 'stockout') {
      const message = `Try a different location, or try again later: Google Compute Engine does not have enough resources available to fulfill request: ${location}.`;
      return { code: 14, condition: 'GCE_STOCKOUT', message };
    }
    if (fault?.kind === 'quota') {
      const region = isZone(location) ? location.slice(0, -2) : location;
      const message = `Insufficient quota to satisfy the request: [GCE_QUOTA_EXCEEDED]: Quota 'IN_USE_ADDRESSES' exceeded. Limit: 8.0 in region ${region}.`;
      return { code: 8, condition: 'GCE_QUOTA_EXCEEDED', message };
    }
    return undefined;
  }

  return {
    createCluster(request) {
      const { project, location } = parseParent(request);
      const { cluster: fields } = request;
      if (!LOCATION.test(location)) throw invalid(`Location "${location}" does not exist.`);
      if (fields === undefined || fields === null) throw invalid('Missing required field "cluster".');
      if (!NAME.test(fields.name)) {
        throw invalid(
          `Invalid value for field "cluster.name": ${JSON.stringify(fields.name)}. It must be 1 to 40 characters of lower case letters, digits and '-', begin with a letter and not end with '-'.`,
        );
      }
      checkLabels(fields.resourceLabels ?? {});
      const ref = { project, location, name: fields.name };
      const nodePools = poolsOf(fields, location);
      if (clusters.has(keyOf(ref))) throw new GkeApiError('ALREADY_EXISTS', `Already exists: ${formatCluster(ref)}.`);
      const cluster: Cluster = {
        ref,
        fields,
        createMs: clock.now(),
        status: 'PROVISIONING',
        labels: fields.resourceLabels ?? {},
        nodePools,
      };
      clusters.set(keyOf(ref), cluster);
      return begin(cluster, 'CREATE_CLUSTER', {
        async work() {
          const failure = plannedFailure(ref);
          if (failure !== undefined) return failure;
          const nodes = nodePools.flatMap((pool) => nodesOf(pool, ref));
          cluster.kubernetes = await createKubernetes({ ...ref, nodes });
          return undefined;
        },
        ended(error) {
          cluster.status = error === undefined ? 'RUNNING' : 'ERROR';
          if (error !== undefined) cluster.statusMessage = error.message;
        },
      });
    },
    getCluster: (request) => formatClusterReply(find(request)),
    listClusters(request) {
      const { project, location } = parseParent(request);
      const found = [...clusters.values()].filter(({ ref }) => {
        return ref.project === project && (location === '-' || ref.location === location);
      });
      return { clusters: found.map(formatClusterReply), missingZones: [] };
    },
    deleteCluster(request) {
      const cluster = find(request);
      refuseWhileBusy(cluster);
      cluster.status = 'STOPPING';
      return begin(cluster, 'DELETE_CLUSTER', {
        async work() {
          await cluster.kubernetes?.close();
          return undefined;
        },
        ended(error) {
          if (error === undefined) clusters.delete(keyOf(cluster.ref));
          else cluster.status = 'ERROR';
        },
      });
    },
    setLabels(request) {
      const cluster = find(request);
      const labels = request.resourceLabels ?? {};
      checkLabels(labels);
      if (request.labelFingerprint !== fingerprint(cluster.labels)) {
        throw new GkeApiError('FAILED_PRECONDITION', 'Labels could not be set due to fingerprint mismatch.');
      }
      refuseWhileBusy(cluster);
      const before = cluster.status;
      cluster.status = 'RECONCILING';
      return begin(cluster, 'SET_LABELS', {
        work: async () => undefined,
        ended(error) {
          cluster.status = before;
          if (error === undefined) cluster.labels = labels;
        },
      });
    },
    getOperation: (request) => formatOperation(findOperation(request)),
    listOperations(request) {
      const { project, location } = parseParent(request);
      const found = [...operations.values()].filter(({ cluster }) => {
        return cluster.project === project && (location === '-' || cluster.location === location);
      });
      return { operations: found.map(formatOperation), missingZones: [] };
    },
    cancelOperation(request) {
      const operation = findOperation(request);
      if (operation.status === 'DONE') {
        throw new GkeApiError('FAILED_PRECONDITION', `Operation ${operation.id} is already done.`);
      }
      if (operation.type === 'DELETE_CLUSTER') {
        throw new GkeApiError('FAILED_PRECONDITION', `Operation ${operation.id} cannot be cancelled.`);
      }
      operation.status = 'ABORTING';
      operation.cancel.abort();
      return {};
    },
    getServerConfig(request) {
      const { location } = parseParentOfName(request);
      if (!LOCATION.test(location)) throw invalid(`Location "${location}" does not exist.`);
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
      return { nodePools: formatPools(cluster) };
    },
    getNodePool(request) {
      const { pool } = parseName(request, 'clusters');
      const cluster = find(request);
      const found = formatPools(cluster).find((item) => item['name'] === pool);
      if (found !== undefined) return found;
      throw new GkeApiError('NOT_FOUND', `Not found: ${formatCluster(cluster.ref)}/nodePools/${pool}.`);
    },
    async whenIdle() {
      while (running.size > 0) await Promise.all(running);
    },
    async close() {
      closing.abort(new Error('the sandbox is going down'));
      await Promise.allSettled(running);
      await Promise.all([...clusters.values()].map(({ kubernetes }) => kubernetes?.close()));
      clusters.clear();
    },
  };

  function findOperation(request: NamedRequest): Operation {
    const { project, location, name } = parseName(request, 'operations');
    const found = operations.get(name);
    if (found !== undefined && found.cluster.project === project && found.cluster.location === location) return found;
    const where = `projects/${project}/${isZone(location) ? 'zones' : 'locations'}/${location}`;
    throw new GkeApiError('NOT_FOUND', `Not found: ${where}/operations/${name}.`);
  }
}

function invalid(message: string): GkeApiError {
  return new GkeApiError('INVALID_ARGUMENT', message);
}

/** GetServerConfig names a location by `name`. */
function parseParentOfName(request: NamedRequest): { location: string } {
  return parseParent({ ...request, parent: request.name ?? '' });
}

function checkLabels(labels: Readonly<Record<string, string>>): void {
  const entries = Object.entries(labels);
  if (entries.length > 64) throw invalid(`A cluster may have up to 64 labels, got ${entries.length}.`);
  for (const [key, value] of entries) {
    if (LABEL_KEY.test(key) && LABEL_VALUE.test(value)) continue;
    throw invalid(`Invalid resource label: ${JSON.stringify(key)}: ${JSON.stringify(value)}.`);
  }
}

/** The pools a new cluster gets. @throws {GkeApiError} `INVALID_ARGUMENT` */
function poolsOf(fields: ClusterFields, location: string): readonly NodePool[] {
  const { nodePools = [], initialNodeCount = 0, nodeConfig, locations = [], autopilot } = fields;
  if (nodePools.length > 0 && (initialNodeCount > 0 || (nodeConfig !== undefined && nodeConfig !== null))) {
    throw invalid('Cluster.node_pools cannot be set together with Cluster.initial_node_count or Cluster.node_config.');
  }
  const isAutopilot = autopilot?.enabled === true;
  if (isAutopilot && nodePools.length > 0) throw invalid('Autopilot clusters do not support node pools.');
  // Autopilot makes nodes as pods need them; here one large one has to do.
  const single: NodePool = {
    name: 'default-pool',
    initialNodeCount: isAutopilot ? 1 : initialNodeCount,
    config: isAutopilot ? { machineType: 'e2-standard-16' } : (nodeConfig ?? null),
  };
  const asked = nodePools.length > 0 ? nodePools : [single];
  if (nodePools.length === 0 && single.initialNodeCount < 1) {
    throw invalid('Cluster.initial_node_count must be greater than zero.');
  }
  const names = new Set<string>();
  return asked.map((pool) => {
    checkNodePool(pool, location);
    if (names.has(pool.name)) throw invalid(`Node pool names must be unique: "${pool.name}".`);
    names.add(pool.name);
    const placed = pool.locations === undefined || pool.locations.length === 0 ? { ...pool, locations } : pool;
    return completeNodePool(placed, location);
  });
}

/** What SetLabels must be given to show that it knows the labels of now. */
function fingerprint(labels: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8);
}

function formatPools({ nodePools, status, kubernetes, ref }: Cluster): Reply[] {
  const poolStatus = status === 'RECONCILING' ? 'RUNNING' : status;
  return nodePools.map((pool) => ({
    ...pool,
    status: poolStatus,
    version: versionOf(kubernetes),
    selfLink: `https://container.googleapis.com/v1/${formatCluster(ref)}/nodePools/${pool.name}`,
  }));
}

function versionOf(kubernetes: ClusterKubernetes | undefined): string {
  return kubernetes === undefined ? DEFAULT_VERSION : `${kubernetes.version}-gke.1000000`;
}

/** `google.container.v1.Cluster`. */
function formatClusterReply(cluster: Cluster): Reply {
  const { ref, fields, createMs, status, statusMessage, labels, nodePools, kubernetes } = cluster;
  const nodeCount = nodePools.reduce(
    (sum, pool) => sum + pool.initialNodeCount * zonesOf(pool, ref.location).length,
    0,
  );
  const isUp = kubernetes !== undefined && status !== 'PROVISIONING';
  return {
    ...fields,
    name: ref.name,
    location: ref.location,
    zone: ref.location,
    locations: zonesOf(fields, ref.location),
    selfLink: `https://container.googleapis.com/v1/${formatCluster(ref)}`,
    resourceLabels: labels,
    labelFingerprint: fingerprint(labels),
    nodePools: formatPools(cluster),
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
