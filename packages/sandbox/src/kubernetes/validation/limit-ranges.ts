import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Amounts } from '../pod-resources.js';
import { compareQuantities, ratioOf } from '../quantity.js';
import { qualifiedNameFaults } from '../selectors.js';

const STANDARD_LIMITS = ['Pod', 'Container', 'PersistentVolumeClaim'];
const OF_CONTAINERS = ['cpu', 'memory', 'ephemeral-storage'];
/** Names without a domain that the API knows: of what is asked for, of quotas, and of counts. */
const STANDARD = new Set([
  ...OF_CONTAINERS,
  ...[...OF_CONTAINERS, 'storage'].map((name) => `requests.${name}`),
  ...OF_CONTAINERS.map((name) => `limits.${name}`),
  ...['storage', 'pods', 'resourcequotas', 'services', 'services.nodeports', 'services.loadbalancers'],
  ...['replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims'],
]);

/** Faults of a LimitRange. */
export function validateLimitRange({ spec = {} }: KubeObject): FieldError[] {
  const seen = new Set<string>();
  return ((spec['limits'] ?? []) as Fields[]).flatMap((item, index) => {
    const type = String(item['type'] ?? '');
    const at = `spec.limits[${index}]`;
    const twice = seen.has(type) ? [fault.duplicate(`${at}.type`, type)] : [];
    seen.add(type);
    return [...typeFaults(type, `${at}.type`), ...twice, ...itemFaults(item, at)];
  });
}

function typeFaults(type: string, path: string): FieldError[] {
  const wrong = qualifiedNameFaults(type).map((why) => fault.invalid(path, type, why));
  if (wrong.length > 0 || STANDARD_LIMITS.includes(type) || type.includes('/')) return wrong;
  return [fault.invalid(path, type, 'must be a standard limit type or fully qualified')];
}

function itemFaults(item: Fields, at: string): FieldError[] {
  const { type, max = {}, min = {}, maxLimitRequestRatio = {} } = item;
  const isOfPod = type === 'Pod';
  const isOfContainers = isOfPod || type === 'Container';
  const { default: limit = {}, defaultRequest: request = {} } = isOfPod ? {} : item;
  const faults: FieldError[] = [];
  for (const member of isOfPod ? ['default', 'defaultRequest'] : []) {
    if (Object.keys(item[member] ?? {}).length === 0) continue;
    faults.push(fault.forbidden(`${at}.${member}`, "may not be specified when `type` is 'Pod'"));
  }
  const named: Record<string, Amounts> = { max, min, default: limit, defaultRequest: request, maxLimitRequestRatio };
  for (const [member, amounts] of Object.entries(named)) {
    for (const name of Object.keys(amounts))
      faults.push(...nameFaults(name, `${at}.${member}[${name}]`, isOfContainers));
  }
  if (type === 'PersistentVolumeClaim' && min.storage === undefined && max.storage === undefined) {
    const why = 'either minimum or maximum storage value is required, but neither was provided';
    faults.push(fault.required(`${at}.limits`, why));
  }
  const names = new Set(Object.values(named).flatMap((amounts) => Object.keys(amounts)));
  for (const name of names) {
    faults.push(
      ...orderFaults(name, at, { min: min[name], max: max[name], limit: limit[name], request: request[name] }),
    );
    faults.push(
      ...ratioFaults(`${at}.maxLimitRequestRatio[${name}]`, maxLimitRequestRatio[name], min[name], max[name]),
    );
  }
  return faults;
}

function nameFaults(name: string, path: string, isOfContainers: boolean): FieldError[] {
  const faults = qualifiedNameFaults(name).map((why) => fault.invalid(path, name, why));
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  if (!name.includes('/') && !STANDARD.has(name) && !name.startsWith('hugepages-') && faults.length === 0)
    faults.push(fault.invalid(path, name, 'must be a standard resource type or fully qualified'));
  if (!isOfContainers) return faults;
  if (!name.includes('/')) {
    if (!OF_CONTAINERS.includes(name) && !name.startsWith('hugepages-'))
      faults.push(fault.invalid(path, name, 'must be a standard resource for containers'));
  } else if (!isNative && (name.startsWith('requests.') || qualifiedNameFaults(`requests.${name}`).length > 0)) {
    faults.push(fault.invalid(path, name, "doesn't follow extended resource name standard"));
  }
  return faults;
}

/** The quantities that a range gives for one resource. */
interface Given {
  readonly min: string | undefined;
  readonly max: string | undefined;
  /** `default`. */
  readonly limit: string | undefined;
  /** `defaultRequest`. */
  readonly request: string | undefined;
}

function orderFaults(name: string, at: string, { min, max, limit, request }: Given): FieldError[] {
  const isMore = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && compareQuantities(a, b) > 0;
  const faults: FieldError[] = [];
  const refuse = (member: string, value: string | undefined, why: string): void =>
    void faults.push(fault.invalid(`${at}.${member}[${name}]`, value, why));
  if (isMore(min, max)) refuse('min', min, `min value ${min} is greater than max value ${max}`);
  if (isMore(min, request))
    refuse('defaultRequest', request, `min value ${min} is greater than default request value ${request}`);
  if (isMore(request, max))
    refuse('defaultRequest', request, `default request value ${request} is greater than max value ${max}`);
  if (isMore(request, limit))
    refuse('defaultRequest', request, `default request value ${request} is greater than default limit value ${limit}`);
  if (isMore(min, limit)) refuse('default', min, `min value ${min} is greater than default value ${limit}`);
  if (isMore(limit, max)) refuse('default', max, `default value ${limit} is greater than max value ${max}`);
  // Only what the nodes share out may be asked for and limited differently.
  const isShared = !name.includes('/') && !name.startsWith('hugepages-');
  if (!isShared && limit !== undefined && request !== undefined && compareQuantities(limit, request) !== 0) {
    const why = `default value ${limit} must equal to defaultRequest value ${request} in ${name}`;
    refuse('defaultRequest', request, why);
  }
  return faults;
}

function ratioFaults(
  path: string,
  ratio: string | undefined,
  min: string | undefined,
  max: string | undefined,
): FieldError[] {
  if (ratio === undefined) return [];
  const faults: FieldError[] = [];
  if (compareQuantities(ratio, '1') < 0) faults.push(fault.invalid(path, ratio, `ratio ${ratio} is less than 1`));
  const most = min === undefined || max === undefined ? Infinity : ratioOf(max, min);
  if (ratioOf(ratio, '1') > most)
    faults.push(fault.invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`));
  return faults;
}
