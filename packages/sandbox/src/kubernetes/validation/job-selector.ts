import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import { jobLabels } from '../job-labels.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { goMap, matchesSelector } from './workloads.js';

/** Faults of a new Job that brings labels or a selector of its own without `manualSelector`: those of another Job, mostly. */
export function generatedSelectorFaults(job: KubeObject): FieldError[] {
  const { selector, manualSelector, template } = job.spec ?? {};
  if (manualSelector === true) return [];
  const expected = jobLabels(job);
  const labels = ((template as Fields | undefined)?.['metadata']?.labels ?? {}) as Record<string, string>;
  const faults: FieldError[] = Object.entries(expected)
    .filter(([name, value]) => labels[name] !== value)
    .map(([name, value]) => ({
      reason: 'FieldValueInvalid',
      field: `spec.template.metadata.labels[${name}]`,
      message: `Invalid value: ${goMap(labels)}: must be '${value}'`,
    }));
  if (!matchesSelector(selector as Fields | undefined, expected)) {
    faults.push(fault.invalid('spec.selector', selector, '`selector` not auto-generated'));
  }
  return faults;
}
