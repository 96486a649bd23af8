import { isEqual } from '../equal.js';
import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { compareQuantities } from '../quantity.js';

/** Faults of a change of a PersistentVolumeClaim: bound ones may ask for more, and for less until they have it. */
export function claimChangeFaults(
  { spec = {}, status }: KubeObject,
  { spec: before = {}, status: was }: KubeObject,
): FieldError[] {
  const faults: FieldError[] = [];
  const [size, old] = [spec, before].map(sizeOf);
  const mayGrow = status?.['phase'] === 'Bound' && spec['resources']?.requests !== undefined;
  if (!isEqual(fixedOf(mayGrow ? withSize(spec, old) : spec), fixedOf(before))) {
    const mutable = 'resources.requests and volumeAttributesClassName for bound claims';
    faults.push(fault.forbidden('spec', `spec is immutable after creation except ${mutable}`));
  }
  const has: string = was?.['capacity']?.storage ?? '0';
  const isLess = compareQuantities(size ?? '0', old ?? '0') < 0;
  if (isLess && (compareQuantities(has, '0') === 0 || compareQuantities(size ?? '0', has) <= 0)) {
    faults.push(fault.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  if (!isEqual(spec['volumeMode'], before['volumeMode'])) {
    faults.push(fault.invalid('volumeMode', spec['volumeMode'], 'field is immutable'));
  }
  return faults;
}

const sizeOf = (spec: Fields): string | undefined => spec['resources']?.requests?.storage;

// The volume is named by whoever binds the claim.
function fixedOf({ volumeName: _volumeName, ...others }: Fields): Fields {
  return others;
}

function withSize(spec: Fields, storage: string | undefined): Fields {
  const { resources } = spec as { resources: Fields };
  return { ...spec, resources: { ...resources, requests: { ...resources['requests'], storage } } };
}
