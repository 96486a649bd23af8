import { systemClock } from '@seatrial/cli';
import { Budget } from './budget.js';
import type { Clock, Limits } from './budget.js';
import { read } from './calls.js';
import type { ClusterRef, GkeCluster } from './cluster.js';
import { parseCluster } from './cluster.js';
import type { ApiOptions } from './container-api.js';
import { createContainerApi } from './container-api.js';
import { createCluster, findCluster } from './create.js';
import type { DeletionTarget } from './delete.js';
import { deleteCluster } from './delete.js';
import { GkeError } from './errors.js';
import type { Expiry } from './expiry.js';
import { extendExpiry } from './expiry.js';
import type { NodeWatcher } from './node-watch.js';
import { createNodeWatcher } from './node-watch.js';
import { listOperations } from './operation.js';
import { waitForNodes } from './ready-nodes.js';
import type { ClusterRequest } from './request.js';
import { readAccessToken } from './token.js';

/** Takes the facts of what happens; the message is constant. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Limits of a call that takes long, and who is told how it goes. */
export interface ProgressLimits extends Limits {
  /** Gets a line whenever something changed. */
  readonly onProgress?: (text: string) => void;
}

/** Limits of a creation. */
export interface CreateLimits extends ProgressLimits {
  /** Whether to wait for the nodes in Kubernetes; not where its endpoint cannot be reached from here. @default true */
  readonly waitForNodes?: boolean;
}

/** Clusters of a project. */
export interface ClusterList {
  /** In the order of the API. Empty when there are none. */
  readonly clusters: readonly GkeCluster[];
  /** Zones that did not answer: when there are any, the list is incomplete. */
  readonly missingZones: readonly string[];
}

/** The lifecycle of clusters. Everything here may be called by several at once. */
export interface Gke {
  /**
   * Creates a cluster and waits until it can be used: operation done without error, cluster running, node pools running,
   * the wanted nodes ready in Kubernetes and their GPUs allocatable.
   *
   * The name is the only key creation has. When the answer is lost, or a cluster of the name is already there, it is
   * looked up; with our run label it is adopted and awaited, without it the call fails.
   *
   * @throws {GkeError} `STOCKOUT`, `QUOTA`, `DENIED`, `ALREADY_EXISTS` (not ours), `OPERATION_FAILED`, `INVALID`,
   * `TIMEOUT`. The cluster may then exist all the same: delete it.
   */
  createCluster(request: ClusterRequest, limits: CreateLimits): Promise<GkeCluster>;
  /** The cluster, or `undefined` when there is none of that name. */
  findCluster(ref: ClusterRef, limits?: Partial<Limits>): Promise<GkeCluster | undefined>;
  /** @param of `location` defaults to `-`, which is all of them. */
  listClusters(
    of: { readonly project: string; readonly location?: string },
    limits?: Partial<Limits>,
  ): Promise<ClusterList>;
  /**
   * Deletes a cluster and waits until it is gone. One that is not there is fine. With an id only that one is deleted, not
   * another that was made under its name since.
   *
   * @throws {GkeError} whose hint is the gcloud command that deletes it by hand.
   */
  deleteCluster(ref: DeletionTarget, limits: ProgressLimits): Promise<void>;
  /**
   * Moves the time after which anyone may delete a cluster of a run, never back.
   *
   * @returns whether it was moved; false when the cluster keeps longer already.
   * @throws {GkeError} `NOT_FOUND` when it is not there or on its way out, `INVALID` when it is of another run.
   */
  extendExpiry(ref: ClusterRef, expiry: Expiry, limits?: Partial<Limits>): Promise<boolean>;
  /** When the last operation on a cluster ended, in milliseconds since 1970; `undefined` where GKE knows of none. */
  findLastOperationEnd(ref: ClusterRef, limits?: Partial<Limits>): Promise<number | undefined>;
  /** Closes the connection. Calls that run fail. */
  close(): Promise<void>;
}

/** What {@link createGke} works with. */
export interface GkeOptions extends ApiOptions {
  readonly logger?: Logger;
  /** @default the system's monotonic time */
  readonly clock?: Clock;
  /** From 0 to 1, for jitter. @default Math.random */
  readonly random?: () => number;
  /** How nodes are seen. @default Kubernetes' own API, asked with the same credentials */
  readonly watchNodes?: NodeWatcher;
}

const READ_MS = 120_000;

/**
 * A client of GKE. Nothing is loaded or connected before the first call.
 *
 * @throws {GkeError} `INVALID` for an endpoint that is not a URL.
 */
export function createGke(options: GkeOptions = {}): Gke {
  const { logger, clock = systemClock, random = Math.random } = options;
  const { watchNodes = createNodeWatcher(async () => (await readAccessToken(options)).token) } = options;
  const api = createContainerApi(options);
  const budgetOf = (what: string, limits: Partial<Limits> = {}): Budget =>
    new Budget({ clock, random }, what, { timeoutMs: READ_MS, ...limits });
  const progressOf = (ref: ClusterRef, limits: ProgressLimits): ((text: string) => void) => {
    let last = '';
    return (text) => {
      if (text === last) return;
      last = text;
      logger?.debug('cluster progress', { cluster: ref.name, location: ref.location, text });
      limits.onProgress?.(text);
    };
  };
  return {
    createCluster: async (request, limits) => {
      const budget = budgetOf(`create cluster ${request.name} in ${request.location}`, limits);
      logger?.info('creating cluster', { cluster: request.name, project: request.project, location: request.location });
      const onProgress = progressOf(request, limits);
      const cluster = await createCluster(api, request, budget, onProgress);
      if (limits.waitForNodes !== false && cluster.autopilot !== true) {
        await waitForNodes(watchNodes, cluster, budget, onProgress);
      }
      return cluster;
    },
    findCluster: async (ref, limits) => findCluster(api, ref, budgetOf(`read cluster ${ref.name}`, limits)),
    listClusters: async ({ project, location = '-' }, limits) => {
      const answer = await read(api, budgetOf(`list clusters of ${project}`, limits), {
        what: `list clusters of ${project} in ${location}`,
        ref: { project, location },
        send: (call) => api.listClusters({ project, location }, call),
      });
      if (answer === undefined) {
        throw new GkeError('NOT_FOUND', `project ${project} or location ${location} does not exist`, {
          hint: 'Check the names of project and location.',
        });
      }
      const missingZones = answer.missingZones ?? [];
      if (missingZones.length > 0) logger?.warn('list of clusters is incomplete', { missingZones });
      return { clusters: (answer.clusters ?? []).map((cluster) => parseCluster(project, cluster)), missingZones };
    },
    deleteCluster: async (ref, limits) => {
      logger?.info('deleting cluster', { cluster: ref.name, project: ref.project, location: ref.location });
      const budget = budgetOf(`delete cluster ${ref.name} in ${ref.location}`, limits);
      await deleteCluster(api, ref, budget, progressOf(ref, limits));
    },
    extendExpiry: async (ref, expiry, limits) =>
      extendExpiry(api, { ref, ...expiry }, budgetOf(`extend cluster ${ref.name} in ${ref.location}`, limits)),
    findLastOperationEnd: async (ref, limits) => {
      const operations = await listOperations(api, ref, budgetOf(`list operations in ${ref.location}`, limits));
      const ends = operations.map(({ endTime }) => Date.parse(endTime ?? '')).filter((ms) => !Number.isNaN(ms));
      return ends.length === 0 ? undefined : Math.max(...ends);
    },
    close: () => api.close(),
  };
}
