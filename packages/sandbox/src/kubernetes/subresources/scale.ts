import { badRequest, conflict, fault, internal, invalid, STALE } from '../errors.js';
import { isObject } from '../equal.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource, ScaleRule } from '../resources.js';

function at(object: unknown, path: string): unknown {
  return path
    .split('.')
    .filter((part) => part !== '')
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), object);
}

function selectorText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!isObject(value)) return '';
  const selector = value as Fields;
  const labels: Record<string, string> =
    selector['matchLabels'] ?? (selector['matchExpressions'] === undefined ? selector : {});
  const exact = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${labels[key]}`);
  const terms = (selector['matchExpressions'] ?? []).map(({ key, operator, values = [] }: Fields) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`;
  });
  const keyOf = (term: string): string => term.replace(/^!/, '').split(/[= ]/)[0] ?? '';
  return [...exact, ...terms].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).join(',');
}

/** Refuses to read the Scale of an object that does not say how many replicas it wants. @throws {ApiError} 500 */
export function requireReplicas(rule: ScaleRule, object: KubeObject): void {
  if (at(object, rule.specReplicasPath) !== undefined) return;
  throw internal(`the spec replicas field ${JSON.stringify(rule.specReplicasPath)} does not exist`);
}

/** The Scale of an object. */
export function toScale(rule: ScaleRule, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(at(object, rule.specReplicasPath) ?? 0);
  const selector = rule.labelSelectorPath === undefined ? '' : selectorText(at(object, rule.labelSelectorPath));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: JSON.parse(
      JSON.stringify({ name, namespace, uid, resourceVersion, creationTimestamp }),
    ) as KubeObject['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: Number(at(object, rule.statusReplicasPath) ?? 0),
      ...(selector === '' ? {} : { selector }),
    },
  };
}

/**
 * The object with the replicas of a Scale.
 *
 * @throws {ApiError} 400, 409 for a stale version, 422 for a negative number
 */
export function withScale(resource: Resource, rule: ScaleRule, live: KubeObject, scale: unknown): KubeObject {
  const { metadata, spec } = (isObject(scale) ? scale : {}) as { metadata?: Fields; spec?: Fields };
  const name = live.metadata.name ?? '';
  const wanted: unknown = spec?.['replicas'] ?? 0;
  if (typeof wanted !== 'number' || !Number.isInteger(wanted)) {
    const type = typeof wanted;
    throw badRequest(
      `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${type} into Go struct field ScaleSpec.spec.replicas of type int32`,
    );
  }
  const given: string = metadata?.['name'] ?? name;
  if (given !== name && given !== '')
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  const version = metadata?.['resourceVersion'];
  if (version !== undefined && version !== '' && version !== live.metadata.resourceVersion)
    throw conflict(resource, name, STALE);
  const uid = metadata?.['uid'];
  if (uid !== undefined && uid !== live.metadata.uid) {
    throw conflict(
      resource,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  }
  // Custom resources are checked as a whole.
  if (wanted < 0 && resource.custom === undefined) {
    const error = fault.invalid('spec.replicas', wanted, 'must be greater than or equal to 0');
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [error]);
  }
  const next = structuredClone(live);
  const steps = rule.specReplicasPath.split('.').filter((part) => part !== '');
  let parent: Fields = next;
  for (const step of steps.slice(0, -1)) parent = parent[step] ??= {};
  parent[steps.at(-1) ?? ''] = wanted;
  return next;
}
