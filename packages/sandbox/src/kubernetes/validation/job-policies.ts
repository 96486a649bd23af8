import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields } from '../kube-api.js';

const INDEXED_ONLY = ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'];

/** Faults of what a Job's spec says of indexes, failures and success. */
export function jobPolicyFaults(spec: Fields, path: string): FieldError[] {
  const faults: FieldError[] = [];
  const { completionMode, completions, backoffLimitPerIndex, maxFailedIndexes, podFailurePolicy, successPolicy } = spec;
  if (completionMode === 'Indexed') {
    if (completions === undefined)
      faults.push(fault.required(`${path}.completions`, 'when completion mode is Indexed'));
    if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined)
      faults.push(fault.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  } else {
    for (const member of INDEXED_ONLY) {
      if (spec[member] !== undefined)
        faults.push(fault.invalid(`${path}.${member}`, spec[member], 'requires indexed completion mode'));
    }
  }
  if (successPolicy !== undefined && (successPolicy.rules ?? []).length === 0) {
    const why = 'at least one rules must be specified when the successPolicy is specified';
    faults.push(fault.required(`${path}.successPolicy.rules`, why));
  }
  const policy: unknown = spec['template']?.spec?.restartPolicy;
  if (podFailurePolicy !== undefined && policy !== 'Never') {
    const why = 'only "Never" is supported when podFailurePolicy is specified';
    faults.push(fault.invalid(`${path}.template.spec.restartPolicy`, policy, why));
  }
  ((podFailurePolicy?.rules ?? []) as Fields[]).forEach(({ action }, index) => {
    if (action !== 'FailIndex' || backoffLimitPerIndex !== undefined) return;
    const at = `${path}.podFailurePolicy.rules[${index}].action`;
    faults.push(fault.invalid(at, action, 'requires the backoffLimitPerIndex to be set'));
  });
  return faults;
}
