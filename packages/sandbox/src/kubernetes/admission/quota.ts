import type { PrepareContext } from '../defaults/prepare.js';
import { forbidden } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { addQuantities, compareQuantities } from '../quantity.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';

/** Fills a new pod's resources from the namespace's limit ranges, in place. */
export function applyLimitRanges(pod: KubeObject, { store }: PrepareContext): void {
  const ranges = store.list('limitranges.', pod.metadata.namespace ?? '');
  for (const range of ranges) {
    for (const item of range.spec?.['limits'] ?? []) {
      if (item.type !== 'Container') continue;
      for (const container of pod.spec?.['containers'] ?? []) fill(container, item);
      const names = (pod.spec?.['containers'] ?? []).map(({ name }: Fields) => name);
      void names;
    }
  }
}

function fill(container: Fields, item: Fields): void {
  const resources = (container['resources'] ??= {});
  for (const [member, defaults] of [
    ['limits', item['default']],
    ['requests', item['defaultRequest']],
  ] as const) {
    for (const [name, quantity] of Object.entries<string>(defaults ?? {})) {
      resources[member] ??= {};
      resources[member][name] ??=
        member === 'requests'
          ? resources['limits']?.[name] !== undefined && item['default']?.[name] === undefined
            ? resources['limits'][name]
            : quantity
          : quantity;
    }
  }
}

/** @throws {ApiError} 403 when a quota of the namespace would be exceeded by one more object */
export function admitQuota(resource: Resource, object: KubeObject, store: ObjectStore): void {
  if (!resource.namespaced) return;
  const namespace = object.metadata.namespace ?? '';
  for (const quota of store.list('resourcequotas.', namespace)) {
    const hard: Record<string, string> = quota.spec?.['hard'] ?? {};
    const asked = Object.entries(usageOf(resource, object)).filter(([name]) => hard[name] !== undefined);
    if (asked.length === 0) continue;
    const used: Record<string, string> = {};
    for (const other of store.list(resource.bucket, namespace)) {
      for (const [name, amount] of Object.entries(usageOf(resource, other)))
        used[name] = addQuantities(used[name] ?? '0', amount);
    }
    const over = asked.filter(
      ([name, amount]) => compareQuantities(addQuantities(used[name] ?? '0', amount), hard[name] ?? '0') > 0,
    );
    if (over.length === 0) continue;
    const list = (value: (name: string, amount: string) => string): string =>
      over.map(([name, amount]) => `${name}=${value(name, amount)}`).join(',');
    throw forbidden(
      resource,
      object.metadata.name ?? '',
      `exceeded quota: ${quota.metadata.name}, requested: ${list((_, amount) => amount)}, used: ` +
        `${list((name) => used[name] ?? '0')}, limited: ${list((name) => hard[name] ?? '0')}`,
    );
  }
}

const counted = new Set(
  'configmaps persistentvolumeclaims pods replicationcontrollers resourcequotas secrets services'.split(' '),
);

function usageOf(resource: Resource, object: KubeObject): Record<string, string> {
  const counter = resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
  const usage: Record<string, string> = { [`count/${counter}`]: '1' };
  if (resource.group === '' && counted.has(resource.resource)) usage[resource.resource] = '1';
  if (resource.bucket === 'services.') {
    if (object.spec?.['type'] === 'NodePort') usage['services.nodeports'] = '1';
    if (object.spec?.['type'] === 'LoadBalancer') usage['services.loadbalancers'] = '1';
  }
  if (resource.bucket === 'pods.' && !['Succeeded', 'Failed'].includes(object.status?.['phase'])) {
    for (const { resources = {} } of object.spec?.['containers'] ?? []) {
      for (const [kind, amounts] of [
        ['requests', resources.requests],
        ['limits', resources.limits],
      ] as const) {
        for (const [name, amount] of Object.entries<string>(amounts ?? {})) {
          for (const key of kind === 'requests' ? [name, `requests.${name}`] : [`limits.${name}`]) {
            usage[key] = addQuantities(usage[key] ?? '0', amount);
          }
        }
      }
    }
  }
  return usage;
}
