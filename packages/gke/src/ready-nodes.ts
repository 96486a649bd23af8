import type { Budget } from './budget.js';
import { toGkeError } from './calls.js';
import { classifyCallError } from './classification.js';
import type { GkeCluster } from './cluster.js';
import { GkeError } from './errors.js';
import type { NodeWatcher } from './node-watch.js';
import { missingNodes } from './nodes.js';

/** Refusals of the token in a row after which a fresh one will not help either. */
const MAX_REFUSALS = 3;

/**
 * Waits until every pool has the nodes that were asked for, ready and with their GPUs allocatable.
 *
 * @throws {GkeError} `TIMEOUT` with what is missing, `DENIED`, `UNAUTHENTICATED`.
 */
export async function waitForNodes(
  watchNodes: NodeWatcher,
  cluster: GkeCluster,
  budget: Budget,
  onProgress: (text: string) => void,
): Promise<void> {
  if (missingNodes(cluster, []).length === 0) return;
  const pauses = budget.pauses();
  const what = `could not read the nodes of cluster ${cluster.name} at ${cluster.endpoint}`;
  const facts = { cluster: cluster.name, location: cluster.location };
  let last: GkeError | undefined;
  for (let refusals = 0; ;) {
    try {
      for await (const nodes of watchNodes(cluster, { timeoutMs: budget.remainingMs(), signal: budget.signal })) {
        refusals = 0;
        pauses.reset();
        const missing = missingNodes(cluster, nodes);
        if (missing.length === 0) return;
        last = new GkeError('OPERATION_FAILED', missing.join('; '), facts);
        onProgress(missing[0] as string);
      }
    } catch (cause) {
      budget.signal?.throwIfAborted();
      if (budget.remainingMs() > 0) {
        const found = classifyCallError(cause);
        const error = toGkeError(what, found, { ...cluster, cause });
        if (found.code === 'DENIED') throw error;
        if (found.code === 'UNAUTHENTICATED' && (refusals += 1) >= MAX_REFUSALS) throw error;
        // Nodes that were seen to lack something are the better reason.
        last ??= error;
        onProgress(error.message);
      }
    }
    await pauses.next(last);
  }
}
