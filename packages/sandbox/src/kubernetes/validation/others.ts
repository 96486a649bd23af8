import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { compareQuantities } from '../quantity.js';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Faults of a PersistentVolumeClaim. */
export function validateClaim({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const modes = (spec['accessModes'] ?? []) as string[];
  if (modes.length === 0) faults.push(fault.required('spec.accessModes', 'at least 1 access mode is required'));
  for (const mode of modes) {
    if (!ACCESS_MODES.includes(mode)) faults.push(fault.notSupported('spec.accessModes', mode, ACCESS_MODES));
  }
  const storage = spec['resources']?.requests?.storage as string | undefined;
  if (storage === undefined) faults.push(fault.required('spec.resources[storage]'));
  else if (compareQuantities(storage, '0') <= 0) {
    faults.push(fault.invalid('spec.resources[storage]', storage, 'must be greater than zero'));
  }
  const mode = spec['volumeMode'] as string;
  if (mode !== undefined && !['Block', 'Filesystem'].includes(mode)) {
    faults.push(fault.notSupported('spec.volumeMode', mode, ['Block', 'Filesystem']));
  }
  return faults;
}

/** Faults of a Lease. */
export function validateLease({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec;
  if (duration !== undefined && duration <= 0) {
    faults.push(fault.invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  }
  if (transitions !== undefined && transitions < 0) {
    faults.push(fault.invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  }
  return faults;
}

/** Faults of a HorizontalPodAutoscaler, of either version. */
export function validateAutoscaler({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage: percentage } = spec;
  const target = (spec['scaleTargetRef'] ?? {}) as Fields;
  if (minReplicas !== undefined && minReplicas < 1) {
    faults.push(fault.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (maxReplicas < 1) faults.push(fault.invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    faults.push(fault.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'));
  }
  if (!target['kind']) faults.push(fault.required('spec.scaleTargetRef.kind'));
  if (!target['name']) faults.push(fault.required('spec.scaleTargetRef.name'));
  if (percentage !== undefined && percentage < 1) {
    const at = 'spec.metrics[0].resource.target.averageUtilization';
    faults.push(fault.invalid(at, percentage, 'must be greater than 0'));
  }
  return faults;
}
