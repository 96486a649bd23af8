import type { Budget } from './budget.js';
import { read, toGkeError } from './calls.js';
import type { Classification } from './classification.js';
import { classifyCallError } from './classification.js';
import type { ClusterRef, GkeCluster } from './cluster.js';
import { parseCluster } from './cluster.js';
import type { ContainerApi } from './container-api.js';
import { GkeError } from './errors.js';
import { checkKnownFields } from './known-fields.js';
import { RUN_LABEL } from './labels.js';
import { awaitOperation, findRunningOperation, operationFailure } from './operation.js';
import type { ClusterRequest } from './request.js';
import { buildCluster } from './request.js';

/** A cluster that was just asked for may not be listed yet: how often it is looked up before it counts as not there. */
const LOOK_UPS = 3;

/** Sends, waits, and comes back with a cluster that is ready. See `Gke.createCluster`. */
export async function createCluster(
  api: ContainerApi,
  request: ClusterRequest,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<GkeCluster> {
  const body = buildCluster(request);
  await checkKnownFields(body);
  const ref: ClusterRef = { project: request.project, location: request.location, name: request.name };
  const what = `could not create cluster ${ref.name} in ${ref.location}`;
  const pauses = budget.pauses(500);
  for (let refusals = 0; ;) {
    budget.check();
    let found: Classification;
    let cause: unknown;
    try {
      const { name } = await api.createCluster(ref, body, { timeoutMs: budget.remainingMs(), signal: budget.signal });
      await settle(api, ref, name ?? undefined, budget, onProgress);
      return await waitForReady(api, ref, budget, onProgress);
    } catch (error) {
      if (error instanceof GkeError) throw error;
      budget.signal?.throwIfAborted();
      cause = error;
      found = classifyCallError(error);
    }
    const error = toGkeError(what, found, { ...ref, cause });
    if (found.code === 'UNAUTHENTICATED' && (refusals += 1) < 3) {
      await api.renew();
    } else if (found.next === 'look') {
      const there = await lookUp(api, ref, budget, found.code === 'ALREADY_EXISTS' ? 1 : LOOK_UPS);
      if (there !== undefined) {
        if (!isOurs(there, request)) throw notOurs(there, error);
        if (there.status !== 'STOPPING') {
          onProgress('found by name, of this run: waiting for it');
          const name = await findRunningOperation(api, ref, budget, 'CREATE_CLUSTER');
          await settle(api, ref, name, budget, onProgress);
          return await waitForReady(api, ref, budget, onProgress);
        }
        onProgress('a cluster of the same name is being deleted: waiting');
      }
    } else if (found.code !== 'RATE_LIMITED') {
      throw error;
    }
    await pauses.next(error, found.retryAfterMs);
  }
}

async function settle(
  api: ContainerApi,
  ref: ClusterRef,
  name: string | undefined,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<void> {
  if (name === undefined || name === '') return;
  const operation = await awaitOperation(api, ref, name, budget, onProgress);
  const failure =
    operation && operationFailure(operation, `could not create cluster ${ref.name} in ${ref.location}`, ref);
  if (failure !== undefined) throw failure;
}

async function waitForReady(
  api: ContainerApi,
  ref: ClusterRef,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<GkeCluster> {
  const pauses = budget.pauses();
  for (let missing = 0; ;) {
    const cluster = await findCluster(api, ref, budget);
    if (cluster === undefined) {
      if ((missing += 1) >= LOOK_UPS) {
        throw new GkeError('NOT_FOUND', `cluster ${ref.name} in ${ref.location} is gone after its creation`, {
          cluster: ref.name,
          location: ref.location,
          hint: 'Look for who deleted it: a janitor, or a person.',
        });
      }
    } else {
      const waitingFor = unready(cluster);
      if (waitingFor === undefined) return cluster;
      onProgress(waitingFor);
    }
    await pauses.next();
  }
}

/** What a cluster still lacks; `undefined` when it is ready. @throws {GkeError} when it will not become ready. */
function unready(cluster: GkeCluster): string | undefined {
  const broken = [
    ...(cluster.status === 'ERROR' || cluster.status === 'DEGRADED' || cluster.status === 'STOPPING'
      ? [`cluster is ${cluster.status}`, ...cluster.problems]
      : []),
    ...cluster.nodePools
      .filter(({ status }) => status === 'ERROR' || status === 'RUNNING_WITH_ERROR')
      .flatMap(({ name, status, problems }) => [`node pool ${name} is ${status}`, ...problems]),
  ];
  if (broken.length > 0) {
    const message = broken.join('; ');
    const code = /GCE_STOCKOUT/.test(message)
      ? 'STOCKOUT'
      : /GCE_QUOTA_EXCEEDED/.test(message)
        ? 'QUOTA'
        : 'OPERATION_FAILED';
    const next = code === 'QUOTA' ? 'other-region' : 'elsewhere';
    throw toGkeError(
      `cluster ${cluster.name} in ${cluster.location} did not get ready`,
      { code, next, message },
      cluster,
    );
  }
  if (cluster.status !== 'RUNNING' && cluster.status !== 'RECONCILING')
    return `cluster is ${cluster.status.toLowerCase()}`;
  if (cluster.endpoint === '') return 'cluster has no endpoint yet';
  const pool = cluster.nodePools.find(({ status }) => status !== 'RUNNING' && status !== 'RECONCILING');
  return pool && `node pool ${pool.name} is ${pool.status.toLowerCase()}`;
}

async function lookUp(
  api: ContainerApi,
  ref: ClusterRef,
  budget: Budget,
  times: number,
): Promise<GkeCluster | undefined> {
  const pauses = budget.pauses(500);
  for (let looks = 1; ; looks += 1) {
    const cluster = await findCluster(api, ref, budget);
    if (cluster !== undefined || looks >= times) return cluster;
    await pauses.next();
  }
}

/** Reads one cluster; `undefined` when there is none of that name. */
export async function findCluster(api: ContainerApi, ref: ClusterRef, budget: Budget): Promise<GkeCluster | undefined> {
  const cluster = await read(api, budget, {
    what: `read cluster ${ref.name} in ${ref.location}`,
    ref,
    send: (limits) => api.getCluster(ref, limits),
  });
  return cluster && { ...parseCluster(ref.project, cluster), location: cluster.location || ref.location };
}

function isOurs(cluster: GkeCluster, request: ClusterRequest): boolean {
  const run = request.labels[RUN_LABEL];
  return run !== undefined && cluster.labels[RUN_LABEL] === run;
}

function notOurs(cluster: GkeCluster, cause: GkeError): GkeError {
  const owner = cluster.labels[RUN_LABEL];
  const whose = owner === undefined ? `has no label ${RUN_LABEL}` : `belongs to run ${owner}`;
  return new GkeError(
    'ALREADY_EXISTS',
    `a cluster ${cluster.name} exists in ${cluster.location} and is not ours: it ${whose}`,
    {
      cause,
      cluster: cluster.name,
      location: cluster.location,
      hint: 'Take another name, or delete that cluster first.',
    },
  );
}
