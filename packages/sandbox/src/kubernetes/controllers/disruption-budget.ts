import type { Fields, KubeApi, KubeObject, ResourceRef } from '../kube-api.js';
import { matchesSelector } from './label-selector.js';
import { isPodActive, isPodEnded, isPodReady } from './pod-state.js';
import { resources } from './resources.js';

/** What is read to weigh a budget. */
export type Reader = Pick<KubeApi, 'get' | 'list'>;

/** How much of a budget is left. */
export interface Budget {
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
}

/** The pods that a budget is for. A selector that is absent selects none, an empty one all of the namespace. */
export function isCovered(budget: KubeObject, pod: KubeObject): boolean {
  const { selector } = budget.spec ?? {};
  return budget.metadata.namespace === pod.metadata.namespace && matchesSelector(selector, pod.metadata.labels);
}

/**
 * Weighs a budget as things are now. Percentages, and `maxUnavailable`, count from what the pods' controllers are to have.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/
 */
export function weighBudget(reader: Reader, budget: KubeObject): Budget {
  const { namespace = '' } = budget.metadata;
  const pods = reader.list(resources.pods, { namespace }).filter((pod) => isCovered(budget, pod) && !isPodEnded(pod));
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  const counts = typeof minAvailable === 'number';
  const expectedPods = counts ? pods.length : expectedOf(reader, pods);
  const desired =
    maxUnavailable !== undefined
      ? expectedPods - scaled(maxUnavailable, expectedPods)
      : scaled(minAvailable ?? 1, expectedPods);
  const desiredHealthy = Math.max(0, desired);
  const currentHealthy = pods.filter((pod) => isPodActive(pod) && isPodReady(pod)).length;
  const allowed = expectedPods <= 0 ? 0 : currentHealthy - desiredHealthy;
  return { disruptionsAllowed: Math.max(0, allowed), currentHealthy, desiredHealthy, expectedPods };
}

/** A number as it is, a percentage rounded up. */
function scaled(value: number | string, total: number): number {
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseInt(value, 10) / 100) * total);
}

const OWNERS: Readonly<Record<string, ResourceRef>> = {
  ReplicaSet: resources.replicaSets,
  StatefulSet: resources.statefulSets,
  Deployment: resources.deployments,
  ReplicationController: { group: '', resource: 'replicationcontrollers' },
};

function expectedOf(reader: Reader, pods: readonly KubeObject[]): number {
  const replicas = new Map<string, number>();
  let loose = 0;
  for (const pod of pods) {
    const owner = topOwner(reader, pod);
    if (owner === undefined) loose += 1;
    else replicas.set(owner.metadata.uid ?? '', Number(owner.spec?.['replicas'] ?? 1));
  }
  return loose + [...replicas.values()].reduce((sum, count) => sum + count, 0);
}

function topOwner(reader: Reader, object: KubeObject): KubeObject | undefined {
  const reference = (object.metadata.ownerReferences ?? []).find(({ controller }) => controller === true);
  const ref = OWNERS[reference?.kind ?? ''];
  if (reference === undefined || ref === undefined) return undefined;
  const owner = reader.get(ref, object.metadata.namespace, reference.name);
  if (owner === undefined || owner.metadata.uid !== reference.uid) return undefined;
  return topOwner(reader, owner) ?? owner;
}

/** `status` of a budget. */
export function budgetStatus(budget: KubeObject, weighed: Budget, time: string): Fields {
  const allowed = weighed.disruptionsAllowed > 0;
  const status = allowed ? 'True' : 'False';
  const old = ((budget.status?.['conditions'] ?? []) as Fields[]).find(({ type }) => type === 'DisruptionAllowed');
  const condition = {
    type: 'DisruptionAllowed',
    status,
    observedGeneration: budget.metadata.generation ?? 1,
    lastTransitionTime: old?.['status'] === status ? old['lastTransitionTime'] : time,
    reason: allowed ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
  return { observedGeneration: budget.metadata.generation ?? 1, ...weighed, conditions: [condition] };
}
