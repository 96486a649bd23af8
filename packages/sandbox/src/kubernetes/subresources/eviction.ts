import { ApiError } from '../api-error.js';
import { isCovered, weighBudget } from '../controllers/disruption-budget.js';
import type { Reader } from '../controllers/disruption-budget.js';
import { isPodActive, isPodReady } from '../controllers/pod-state.js';
import * as errors from '../errors.js';
import type { KubeObject } from '../kube-api.js';
import type { ObjectStore } from '../store.js';

/**
 * Asks the disruption budgets whether a pod may be evicted. They are weighed anew each time, so that one that has allowed
 * an eviction knows of it at the next.
 *
 * @throws {ApiError} 429 when one forbids it, 500 when there are several
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
 */
export function checkEviction(store: ObjectStore, pod: KubeObject): void {
  if (!isPodActive(pod) || (pod.status?.['phase'] ?? 'Pending') === 'Pending') return;
  const budgets = store
    .list('poddisruptionbudgets.policy', pod.metadata.namespace)
    .filter((budget) => isCovered(budget, pod));
  const [budget] = budgets;
  if (budget === undefined) return;
  if (budgets.length > 1) {
    throw errors.internal(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const { disruptionsAllowed, currentHealthy, desiredHealthy } = weighBudget(readerOf(store), budget);
  if (!isPodReady(pod)) {
    // A pod that serves nobody takes nothing from the budget.
    if (budget.spec?.['unhealthyPodEvictionPolicy'] === 'AlwaysAllow') return;
    if (desiredHealthy > 0 && currentHealthy >= desiredHealthy) return;
  }
  if (disruptionsAllowed > 0) return;
  const message = `The disruption budget ${budget.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  throw new ApiError({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ reason: 'DisruptionBudget', message }] },
  });
}

function readerOf(store: ObjectStore): Reader {
  return {
    get: ({ group, resource }, namespace, name) => store.get(`${resource}.${group}`, namespace, name),
    list: ({ group, resource }, selection) => store.list(`${resource}.${group}`, selection?.namespace),
  };
}
