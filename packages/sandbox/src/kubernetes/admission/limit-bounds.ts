import { forbidden } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Amounts } from '../pod-resources.js';
import { amountsOfContainers } from '../pod-resources.js';
import { compareQuantities, ratioOf } from '../quantity.js';
import type { Resource } from '../resources.js';
import type { ObjectStore } from '../store.js';

/** What is held to the bounds: of a claim only what it requests. */
interface Bounded {
  readonly requests: Amounts;
  readonly limits: Amounts;
}

/**
 * Holds a new pod, or a claim that is new or changed, to the bounds of its namespace's limit ranges.
 *
 * @throws {ApiError} 403 with all that is wrong by the first range that is not met
 * @see https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export function admitLimits(
  resource: Resource,
  object: KubeObject,
  { store, live }: { readonly store: ObjectStore; readonly live?: KubeObject | undefined },
): void {
  const isClaim = resource.bucket === 'persistentvolumeclaims.';
  // Containers of a pod do not change, and what is being deleted may be changed until it is gone.
  if (!(isClaim || (resource.bucket === 'pods.' && live === undefined))) return;
  if (live?.metadata.deletionTimestamp !== undefined) return;
  for (const range of store.list('limitranges.', object.metadata.namespace ?? '')) {
    const limits: readonly Fields[] = range.spec?.['limits'] ?? [];
    const faults = limits.flatMap((item) =>
      isClaim ? claimFaults(item, object.spec ?? {}) : podFaults(item, object.spec ?? {}),
    );
    const distinct = [...new Set(faults)];
    if (distinct.length === 0) continue;
    const why = distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
    throw forbidden(resource, object.metadata.name ?? '', why);
  }
}

function podFaults(item: Fields, spec: Fields): string[] {
  if (item['type'] === 'Pod') {
    const amounts = { requests: amountsOfContainers(spec, 'requests'), limits: amountsOfContainers(spec, 'limits') };
    return boundFaults(item, amounts);
  }
  if (item['type'] !== 'Container') return [];
  const containers: readonly Fields[] = [...(spec['containers'] ?? []), ...(spec['initContainers'] ?? [])];
  return containers.flatMap(({ resources }) => boundFaults(item, { requests: {}, limits: {}, ...resources }));
}

function boundFaults(item: Fields, bounded: Bounded): string[] {
  return [
    ...each(item['min'], (name, bound) =>
      minFault(`${name} usage per ${item['type']} is ${bound}`, name, bound, bounded),
    ),
    ...each(item['max'], (name, bound) =>
      maxFault(`${name} usage per ${item['type']} is ${bound}`, name, bound, bounded),
    ),
    ...each(item['maxLimitRequestRatio'], (name, bound) =>
      ratioFault(`${name} max limit to request ratio per ${item['type']} is ${bound}`, name, bound, bounded),
    ),
  ];
}

function claimFaults(item: Fields, spec: Fields): string[] {
  if (item['type'] !== 'PersistentVolumeClaim') return [];
  const requests: Amounts = spec['resources']?.requests ?? {};
  const what = (name: string, bound: string): string => `${name} usage per PersistentVolumeClaim is ${bound}`;
  return [
    ...each(item['min'], (name, bound) => minFault(what(name, bound), name, bound, { requests, limits: {} })),
    ...each(item['max'], (name, bound) => {
      const request = requests[name];
      if (request === undefined) return `maximum ${what(name, bound)}.  No request is specified`;
      if (compareQuantities(request, bound) <= 0) return undefined;
      return `maximum ${what(name, bound)}, but request is ${request}`;
    }),
  ];
}

function minFault(what: string, name: string, bound: string, { requests, limits }: Bounded): string | undefined {
  const request = requests[name];
  const limit = limits[name];
  if (request === undefined) return `minimum ${what}.  No request is specified`;
  if (compareQuantities(request, bound) < 0) return `minimum ${what}, but request is ${request}`;
  if (limit === undefined || compareQuantities(limit, bound) >= 0) return undefined;
  return `minimum ${what}, but limit is ${limit}`;
}

function maxFault(what: string, name: string, bound: string, { requests, limits }: Bounded): string | undefined {
  const request = requests[name];
  const limit = limits[name];
  if (limit === undefined) return `maximum ${what}.  No limit is specified`;
  if (compareQuantities(limit, bound) > 0) return `maximum ${what}, but limit is ${limit}`;
  if (request === undefined || compareQuantities(request, bound) <= 0) return undefined;
  return `maximum ${what}, but request is ${request}`;
}

function ratioFault(what: string, name: string, bound: string, { requests, limits }: Bounded): string | undefined {
  const request = requests[name] ?? '0';
  const limit = limits[name] ?? '0';
  if (compareQuantities(request, '0') === 0) return `${what}, but no request is specified or request is 0`;
  if (compareQuantities(limit, '0') === 0) return `${what}, but no limit is specified or limit is 0`;
  const ratio = ratioOf(limit, request);
  return ratio > ratioOf(bound, '1') ? `${what}, but provided ratio is ${ratio.toFixed(6)}` : undefined;
}

function each(bounds: Amounts | undefined, judge: (name: string, bound: string) => string | undefined): string[] {
  const names = Object.keys(bounds ?? {}).sort(); // the real server's order is that of Go's maps: none
  return names.flatMap((name) => judge(name, bounds?.[name] ?? '0') ?? []);
}
