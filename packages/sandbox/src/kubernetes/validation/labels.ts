import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields } from '../kube-api.js';
import { labelValueFaults, qualifiedNameFaults } from '../selectors.js';

/** Faults of labels below `path`. */
export function labelsFaults(labels: Readonly<Record<string, string>> | undefined, path: string): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedNameFaults(key).map((why) => fault.invalid(path, key, why)),
    ...labelValueFaults(value).map((why) => fault.invalid(path, value, why)),
  ]);
}

/** Faults of a label selector as an object (matchLabels, matchExpressions). */
export function selectorFaults(selector: Fields | undefined, path: string): FieldError[] {
  const faults = labelsFaults(selector?.['matchLabels'] as Record<string, string> | undefined, `${path}.matchLabels`);
  ((selector?.['matchExpressions'] ?? []) as Fields[]).forEach((term, index) => {
    const at = `${path}.matchExpressions[${index}]`;
    const { key = '', operator, values = [] } = term as { key?: string; operator: string; values?: string[] };
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) {
        faults.push(fault.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
        faults.push(fault.forbidden(`${at}.values`, why));
      }
    } else faults.push(fault.invalid(`${at}.operator`, operator, 'not a valid selector operator'));
    faults.push(...qualifiedNameFaults(key).map((why) => fault.invalid(`${at}.key`, key, why)));
  });
  return faults;
}
