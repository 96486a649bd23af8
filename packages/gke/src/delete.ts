import type { Budget } from './budget.js';
import { toGkeError } from './calls.js';
import { classifyCallError } from './classification.js';
import type { ClusterRef, GkeCluster } from './cluster.js';
import { gcloudDelete } from './cluster.js';
import type { ContainerApi } from './container-api.js';
import { findCluster } from './create.js';
import { GkeError } from './errors.js';
import { awaitOperation, findRunningOperation, operationFailure } from './operation.js';

/** How often a delete operation may fail before a person has to look. GKE itself also tries again. */
const MAX_FAILURES = 3;

/** Which cluster; with an id only the one that has it: another one of the same name counts as gone. */
export type DeletionTarget = ClusterRef & { readonly id?: string | undefined };

/** Deletes and waits until the cluster is gone. See `Gke.deleteCluster`. */
export async function deleteCluster(
  api: ContainerApi,
  ref: DeletionTarget,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<void> {
  try {
    await deleteUntilGone(api, ref, budget, onProgress);
  } catch (error) {
    if (!(error instanceof GkeError)) throw error;
    throw new GkeError(error.code, `cluster ${ref.name} in ${ref.location} may be left over: ${error.message}`, {
      cause: error,
      hint: `Delete it by hand: ${gcloudDelete(ref)}`,
      cluster: ref.name,
      location: ref.location,
      ...(error.operation === undefined ? {} : { operation: error.operation }),
    });
  }
}

async function deleteUntilGone(
  api: ContainerApi,
  ref: DeletionTarget,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<void> {
  const what = `could not delete cluster ${ref.name} in ${ref.location}`;
  const pauses = budget.pauses();
  // The call takes no id, so what has the name is looked at right before it.
  if (ref.id !== undefined && isGone(await findCluster(api, ref, budget), ref)) return;
  for (let failures = 0, refusals = 0; ;) {
    budget.check();
    let last: GkeError | undefined;
    try {
      const { name } = await api.deleteCluster(ref, { timeoutMs: budget.remainingMs(), signal: budget.signal });
      const operation = name ? await awaitOperation(api, ref, name, budget, onProgress) : undefined;
      last = operation && operationFailure(operation, what, ref);
      if (last !== undefined && (failures += 1) >= MAX_FAILURES) throw last;
    } catch (cause) {
      budget.signal?.throwIfAborted();
      if (cause instanceof GkeError) throw cause;
      const found = classifyCallError(cause);
      if (found.code === 'NOT_FOUND') return;
      last = toGkeError(what, found, { ...ref, cause });
      if (found.code === 'CONFLICT') {
        const blocking = found.operation ?? (await findRunningOperation(api, ref, budget));
        if (blocking !== undefined) {
          onProgress(`waiting for ${blocking}`);
          // How it ends does not matter: it only has to be out of the way.
          await awaitOperation(api, ref, blocking, budget, onProgress);
        }
      } else if (found.code === 'UNAUTHENTICATED' && (refusals += 1) < MAX_FAILURES) {
        await api.renew();
      } else if (found.code !== 'RATE_LIMITED' && found.next !== 'look') {
        throw last;
      }
    }
    if (await waitWhileStopping(api, ref, budget, onProgress)) return;
    await pauses.next(last, last?.retryAfterMs);
  }
}

/** Whether the cluster is gone, once it is no longer on its way out. */
async function waitWhileStopping(
  api: ContainerApi,
  ref: DeletionTarget,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<boolean> {
  const pauses = budget.pauses();
  for (;;) {
    const cluster = await findCluster(api, ref, budget);
    if (cluster === undefined || isGone(cluster, ref)) return true;
    if (cluster.status !== 'STOPPING') return false;
    onProgress('cluster is stopping');
    await pauses.next();
  }
}

function isGone(cluster: GkeCluster | undefined, { id }: DeletionTarget): boolean {
  return cluster === undefined || (id !== undefined && cluster.id !== undefined && cluster.id !== id);
}
