import { forbidden } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { addQuantities, compareQuantities } from '../quantity.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';
import { growthOf, isInScope, names, REQUIRED, sumUsage, usageOf } from './quota-usage.js';
import type { Usage } from './quota-usage.js';

/** Kinds whose changes are asked about: of others only their creation is. */
const CHANGING = ['persistentvolumeclaims.', 'services.'];

/**
 * Asks the quotas of its namespace about an object that is new, or about what it uses more than `live` did.
 *
 * @throws {ApiError} 403 when one of them would be exceeded, or a container does not name what one of them limits
 */
export function admitQuota(
  resource: Resource,
  object: KubeObject,
  { store, live }: { readonly store: ObjectStore; readonly live?: KubeObject | undefined },
): void {
  if (!resource.namespaced || (live !== undefined && !CHANGING.includes(resource.bucket))) return;
  const namespace = object.metadata.namespace ?? '';
  for (const quota of store.list('resourcequotas.', namespace)) {
    if (!isInScope(quota, resource, object)) continue;
    const hard: Usage = quota.spec?.['hard'] ?? {};
    const missing = resource.bucket === 'pods.' ? missingOf(object, hard) : '';
    if (missing !== '') throw refusal(`failed quota: ${quota.metadata.name}: must specify ${missing}`);
    const asked = Object.entries(askedOf(quota)).filter(([name]) => hard[name] !== undefined);
    if (asked.length === 0) continue;
    const counted = store.list(resource.bucket, namespace).filter((other) => isInScope(quota, resource, other));
    const used = sumUsage(counted.map((other) => usageOf(resource, other)));
    const over = asked
      .filter(([name, amount]) => compareQuantities(addQuantities(used[name] ?? '0', amount), hard[name] ?? '0') > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    if (over.length === 0) continue;
    const list = (value: (name: string, amount: string) => string): string =>
      over.map(([name, amount]) => `${name}=${value(name, amount)}`).join(',');
    throw refusal(
      `exceeded quota: ${quota.metadata.name}, requested: ${list((_, amount) => amount)}, used: ` +
        `${list((name) => used[name] ?? '0')}, limited: ${list((name) => hard[name] ?? '0')}`,
    );
  }

  function askedOf(quota: KubeObject): Usage {
    const before = live !== undefined && isInScope(quota, resource, live) ? usageOf(resource, live) : {};
    return growthOf(usageOf(resource, object), before);
  }

  function refusal(why: string): Error {
    return forbidden(resource, object.metadata.name ?? '', why);
  }
}

/** `limits.cpu for: main,side; requests.cpu for: side` of what is limited and not named by all containers. */
function missingOf({ spec = {} }: KubeObject, hard: Usage): string {
  const containers: Fields[] = [...(spec['containers'] ?? []), ...(spec['initContainers'] ?? [])];
  return REQUIRED.filter((name) => hard[name] !== undefined)
    .sort()
    .flatMap((name) => {
      const without = containers.filter((container) => !names(container, name)).map((container) => container['name']);
      return without.length === 0 ? [] : [`${name} for: ${without.sort().join(',')}`];
    })
    .join('; ');
}
