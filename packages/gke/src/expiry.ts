import type { Budget } from './budget.js';
import { toGkeError } from './calls.js';
import { classifyCallError } from './classification.js';
import type { ClusterRef, GkeCluster } from './cluster.js';
import type { ContainerApi } from './container-api.js';
import { findCluster } from './create.js';
import { GkeError } from './errors.js';
import { EXPIRES_LABEL, expiryOf, labelValue, RUN_LABEL, runLabels } from './labels.js';
import { awaitOperation, findRunningOperation, operationFailure } from './operation.js';

/** Until when a run keeps its cluster. */
export interface Expiry {
  readonly runId: string;
  /** In milliseconds since 1970. */
  readonly expiresMs: number;
}

/** Refusals of the credentials in a row after which fresh ones will not help either. */
const MAX_REFUSALS = 3;

/**
 * Moves the expiry of a cluster. Labels are set all at once, so a change by somebody else in between, seen by the
 * fingerprint, makes it read them again. See `Gke.extendExpiry`.
 */
export async function extendExpiry(
  api: ContainerApi,
  { ref, runId, expiresMs }: Expiry & { readonly ref: ClusterRef },
  budget: Budget,
): Promise<boolean> {
  const what = `could not extend cluster ${ref.name} in ${ref.location}`;
  const pauses = budget.pauses(500);
  for (let refusals = 0; ;) {
    const cluster = requireOwn(await findCluster(api, ref, budget), { ref, runId });
    if ((expiryOf(cluster) ?? 0) >= expiresMs) return false;
    const { [EXPIRES_LABEL]: expires = '' } = runLabels({ runId, expiresMs });
    const labels = {
      resourceLabels: { ...cluster.labels, [EXPIRES_LABEL]: expires },
      labelFingerprint: cluster.labelFingerprint ?? '',
    };
    let last: GkeError;
    try {
      const { name } = await api.setLabels(ref, labels, { timeoutMs: budget.remainingMs(), signal: budget.signal });
      const operation = name ? await awaitOperation(api, ref, name, budget, () => undefined) : undefined;
      const failure = operation && operationFailure(operation, what, ref);
      if (failure === undefined) return true;
      throw failure;
    } catch (cause) {
      if (cause instanceof GkeError) throw cause;
      budget.signal?.throwIfAborted();
      const found = classifyCallError(cause);
      last = toGkeError(what, found, { ...ref, cause });
      if (found.next === 'wait') {
        const blocking = found.operation ?? (await findRunningOperation(api, ref, budget));
        if (blocking !== undefined) await awaitOperation(api, ref, blocking, budget, () => undefined);
      } else if (found.code === 'UNAUTHENTICATED' && (refusals += 1) < MAX_REFUSALS) {
        await api.renew();
      } else if (found.next !== 'look' && found.code !== 'RATE_LIMITED' && found.code !== 'NOT_FOUND') {
        throw last;
      }
    }
    await pauses.next(last, last.retryAfterMs);
  }
}

function requireOwn(
  cluster: GkeCluster | undefined,
  { ref, runId }: { readonly ref: ClusterRef; readonly runId: string },
): GkeCluster {
  const facts = { cluster: ref.name, location: ref.location };
  if (cluster === undefined || cluster.status === 'STOPPING') {
    const state = cluster === undefined ? 'is not there' : 'is being deleted';
    throw new GkeError('NOT_FOUND', `could not extend cluster ${ref.name} in ${ref.location}: it ${state}`, {
      ...facts,
      hint: 'Look for who deleted it: a janitor, or a person.',
    });
  }
  const owner = cluster.labels[RUN_LABEL];
  if (owner === labelValue(runId)) return cluster;
  const whose = owner === undefined ? `has no label ${RUN_LABEL}` : `belongs to run ${owner}`;
  throw new GkeError('INVALID', `could not extend cluster ${ref.name} in ${ref.location}: it ${whose}`, {
    ...facts,
    hint: 'Give the run that the cluster was made for.',
  });
}
