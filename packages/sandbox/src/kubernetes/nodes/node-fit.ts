import { matchesTerm } from '../controllers/label-selector.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Amounts } from '../pod-resources.js';
import { amountsOfContainers, sum } from '../pod-resources.js';
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

/** What a pod asks of a node. */
export function requestsOf({ spec = {} }: KubeObject): Amounts {
  return sum(amountsOfContainers(spec, 'requests'), spec['overhead'] ?? {});
}

function lacking(pod: KubeObject, node: KubeObject, others: readonly KubeObject[]): string[] {
  const allocatable: Record<string, string> = node.status?.['allocatable'] ?? {};
  const reasons: string[] = [];
  if (compareQuantities(String(others.length + 1), allocatable['pods'] ?? '110') > 0) reasons.push('Too many pods');
  const used = others.map(requestsOf).reduce(sum, {});
  for (const [name, amount] of Object.entries(requestsOf(pod))) {
    if (compareQuantities(amount, '0') === 0) continue;
    if (compareQuantities(addQuantities(used[name] ?? '0', amount), allocatable[name] ?? '0') > 0)
      reasons.push(`Insufficient ${name}`);
  }
  return reasons;
}
