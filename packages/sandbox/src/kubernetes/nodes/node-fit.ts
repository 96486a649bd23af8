import { matchesTerm } from '../controllers/label-selector.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { addQuantities, compareQuantities } from '../quantity.js';

/**
 * Why a pod does not fit a node, in the scheduler's words; empty when it fits.
 *
 * @param others Pods bound to the node that have not ended.
 */
export function misfits(pod: KubeObject, node: KubeObject, others: readonly KubeObject[]): string[] {
  if (node.spec?.['unschedulable'] === true && !toleratesAll(pod, [unschedulable])) {
    return ['node(s) were unschedulable'];
  }
  if (!matchesNode(pod, node)) return ["node(s) didn't match Pod's node affinity"];
  const taint = untolerated(pod, node);
  if (taint !== undefined) {
    return [`node(s) had taint {${taint['key']}: ${taint['value'] ?? ''}}, that the pod didn't tolerate`];
  }
  return lacking(pod, node, others);
}

const unschedulable = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Do nodeSelector and required node affinity allow the node? */
export function matchesNode(pod: KubeObject, node: KubeObject): boolean {
  const { nodeSelector = {}, affinity } = pod.spec ?? {};
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(nodeSelector).every(([key, value]) => labels[key] === value)) return false;
  const terms: Fields[] | undefined =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  const fields = { 'metadata.name': node.metadata.name ?? '' };
  return terms.some(
    ({ matchExpressions = [], matchFields = [] }) =>
      matchExpressions.length + matchFields.length > 0 &&
      matchExpressions.every((term: Fields) => matchesTerm(term, labels)) &&
      matchFields.every((term: Fields) => matchesTerm(term, fields)),
  );
}

/** The first taint that keeps the pod off the node. */
export function untolerated(pod: KubeObject, node: KubeObject): Fields | undefined {
  const taints: Fields[] = node.spec?.['taints'] ?? [];
  return taints.find((taint) => taint['effect'] !== 'PreferNoSchedule' && !toleratesAll(pod, [taint]));
}

function toleratesAll(pod: KubeObject, taints: readonly Fields[]): boolean {
  const tolerations: Fields[] = pod.spec?.['tolerations'] ?? [];
  return taints.every((taint) =>
    tolerations.some(
      ({ key, operator = 'Equal', value = '', effect }) =>
        (effect === undefined || effect === '' || effect === taint['effect']) &&
        (key === undefined || key === '' ? operator === 'Exists' : key === taint['key']) &&
        (operator === 'Exists' || value === (taint['value'] ?? '')),
    ),
  );
}

/** What a pod asks for: sums over its containers, or the largest init container where that is more. */
export function requestsOf(pod: KubeObject): Record<string, string> {
  const { containers = [], initContainers = [], overhead = {} } = pod.spec ?? {};
  const total: Record<string, string> = {};
  const add = (amounts: Fields | undefined): void => {
    for (const [name, amount] of Object.entries<string>(amounts ?? {})) {
      total[name] = addQuantities(total[name] ?? '0', String(amount));
    }
  };
  for (const container of containers as Fields[]) add(container['resources']?.requests);
  for (const container of initContainers as Fields[]) {
    for (const [name, amount] of Object.entries<string>(container['resources']?.requests ?? {})) {
      if (compareQuantities(amount, total[name] ?? '0') > 0) total[name] = amount;
    }
  }
  add(overhead);
  return total;
}

function lacking(pod: KubeObject, node: KubeObject, others: readonly KubeObject[]): string[] {
  const allocatable: Record<string, string> = node.status?.['allocatable'] ?? {};
  const reasons: string[] = [];
  if (compareQuantities(String(others.length + 1), allocatable['pods'] ?? '110') > 0) reasons.push('Too many pods');
  const used: Record<string, string> = {};
  for (const other of others) {
    for (const [name, amount] of Object.entries(requestsOf(other)))
      used[name] = addQuantities(used[name] ?? '0', amount);
  }
  for (const [name, amount] of Object.entries(requestsOf(pod))) {
    if (compareQuantities(amount, '0') === 0) continue;
    const sum = addQuantities(used[name] ?? '0', amount);
    if (compareQuantities(sum, allocatable[name] ?? '0') > 0) reasons.push(`Insufficient ${name}`);
  }
  return reasons;
}
