import type { Fields, KubeObject } from '../kube-api.js';
import { amountsOfContainers, sum } from '../pod-resources.js';
import { addQuantities, subtractQuantities } from '../quantity.js';

/** Amounts by the names that quotas give them: `pods`, `requests.cpu`, `count/deployments.apps`. */
export type Usage = Readonly<Record<string, string>>;

/** A resource as far as quotas tell it from others. */
export interface CountedResource {
  readonly group: string;
  readonly resource: string;
}

const COUNTED = new Set(
  'configmaps persistentvolumeclaims pods replicationcontrollers resourcequotas secrets services'.split(' '),
);

/**
 * What an object uses of the quotas of its namespace.
 *
 * @see https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function usageOf({ group, resource }: CountedResource, object: KubeObject): Usage {
  const usage: Record<string, string> = { [`count/${resource}${group === '' ? '' : `.${group}`}`]: '1' };
  if (group !== '') return usage;
  // A pod that has ended is still an object, but uses nothing.
  if (resource === 'pods') return isEnded(object) ? usage : { ...usage, pods: '1', ...computeOf(object) };
  if (COUNTED.has(resource)) usage[resource] = '1';
  if (resource === 'services') Object.assign(usage, portsOf(object));
  if (resource === 'persistentvolumeclaims') Object.assign(usage, storageOf(object));
  return usage;
}

/** The sum of what objects use. */
export function sumUsage(all: readonly Usage[]): Usage {
  return all.reduce(sum, {});
}

/** What an object uses more than it did: what a change asks of the quotas. */
export function growthOf(usage: Usage, before: Usage): Usage {
  const growth = Object.entries(usage).map(([name, amount]) => [name, subtractQuantities(amount, before[name] ?? '0')]);
  return Object.fromEntries(growth.filter(([, amount]) => amount !== '0'));
}

/** Does a quota count this object? Quotas with scopes are about pods only. */
export function isInScope(quota: KubeObject, { resource }: CountedResource, object: KubeObject): boolean {
  const { scopes = [], scopeSelector } = quota.spec ?? {};
  const terms: Fields[] = [
    ...(scopes as string[]).map((scopeName) => ({ scopeName, operator: 'Exists' })),
    ...(scopeSelector?.matchExpressions ?? []),
  ];
  return terms.length === 0 || (resource === 'pods' && terms.every((term) => matchesScope(term, object.spec ?? {})));
}

/** The compute resources that quotas want every container to name, when they limit them. */
export const REQUIRED = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'];

/** Does a container name a compute resource? */
export function names({ resources = {} }: Fields, name: string): boolean {
  const [, kind = 'requests', plain = name] = /^(requests|limits)\.(.+)$/.exec(name) ?? [];
  return resources[kind]?.[plain] !== undefined;
}

function matchesScope({ scopeName, operator, values = [] }: Fields, spec: Fields): boolean {
  const isTerminating = spec['activeDeadlineSeconds'] !== undefined;
  const containers: Fields[] = [...(spec['containers'] ?? []), ...(spec['initContainers'] ?? [])];
  const isBestEffort = containers.every(({ resources = {} }) =>
    [resources.requests, resources.limits].every(
      (amounts) => amounts?.cpu === undefined && amounts?.memory === undefined,
    ),
  );
  switch (scopeName) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return isBestEffort;
    case 'NotBestEffort':
      return !isBestEffort;
    case 'PriorityClass': {
      const name: string = spec['priorityClassName'] ?? '';
      if (operator === 'In') return values.includes(name);
      if (operator === 'NotIn') return !values.includes(name);
      return (name !== '') === (operator === 'Exists');
    }
    default:
      return false;
  }
}

const isEnded = ({ status }: KubeObject): boolean => ['Succeeded', 'Failed'].includes(status?.['phase']);

function computeOf({ spec = {} }: KubeObject): Usage {
  const usage: Record<string, string> = {};
  for (const [name, amount] of Object.entries(sum(amountsOfContainers(spec, 'requests'), spec['overhead'] ?? {}))) {
    usage[`requests.${name}`] = amount;
    usage[name] = amount;
  }
  const limits = amountsOfContainers(spec, 'limits');
  for (const [name, amount] of Object.entries(limits)) {
    usage[`limits.${name}`] =
      spec['overhead']?.[name] === undefined ? amount : addQuantities(amount, spec['overhead'][name]);
  }
  return usage;
}

function portsOf({ spec = {} }: KubeObject): Usage {
  const count = String(((spec['ports'] ?? []) as unknown[]).length);
  if (spec['type'] === 'NodePort') return { 'services.nodeports': count };
  if (spec['type'] !== 'LoadBalancer') return {};
  const hasNodePorts = spec['allocateLoadBalancerNodePorts'] !== false;
  return { 'services.loadbalancers': '1', ...(hasNodePorts ? { 'services.nodeports': count } : {}) };
}

function storageOf({ spec = {} }: KubeObject): Usage {
  const size: string = spec['resources']?.requests?.storage ?? '0';
  const ofClass = `${spec['storageClassName']}.storageclass.storage.k8s.io`;
  const named = spec['storageClassName']
    ? { [`${ofClass}/requests.storage`]: size, [`${ofClass}/persistentvolumeclaims`]: '1' }
    : {};
  return { 'requests.storage': size, ...named };
}
