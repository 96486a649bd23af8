import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields } from '../kube-api.js';

const MAX_RULES = 20;
const MAX_INDEXES_BYTES = 64 * 1024;

/** Faults of a Job's `successPolicy`. */
export function successPolicyFaults({ successPolicy: policy, completions }: Fields, path: string): FieldError[] {
  if (policy === undefined) return [];
  const rules: readonly Fields[] = policy.rules ?? [];
  const at = `${path}.rules`;
  if (rules.length === 0) {
    return [fault.required(at, 'at least one rules must be specified when the successPolicy is specified')];
  }
  return [
    ...(rules.length > MAX_RULES ? [fault.tooMany(at, rules.length, MAX_RULES)] : []),
    ...rules.flatMap((rule, index) => ruleFaults(rule, `${at}[${index}]`, completions ?? 0)),
  ];
}

function ruleFaults(
  { succeededCount: count, succeededIndexes }: Fields,
  path: string,
  completions: number,
): FieldError[] {
  const faults: FieldError[] = [];
  if (count === undefined && succeededIndexes === undefined) {
    faults.push(fault.required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = Infinity;
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (succeededIndexes.length > MAX_INDEXES_BYTES) faults.push(fault.tooLong(at, MAX_INDEXES_BYTES));
    const counted = countIndexes(succeededIndexes, completions);
    total = typeof counted === 'number' ? counted : 0;
    if (typeof counted === 'string') {
      faults.push(fault.invalid(at, succeededIndexes, `error parsing succeededIndexes: ${counted}`));
    }
  }
  const refuse = (why: string): void => void faults.push(fault.invalid(`${path}.succeededCount`, count, why));
  if (count < 0) refuse('must be greater than or equal to 0');
  if (count > completions) refuse(`must be less than or equal to ${completions} (the number of specified completions)`);
  if (count > total)
    refuse(`must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`);
  return faults;
}

/** How many indexes a list like `0-3,5` names; or what is wrong with it. */
function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let last = -1;
  for (const interval of text.split(',')) {
    const parts = interval.split('-');
    if (parts.length > 2) {
      const rule = "an index interval can have at most two parts separated by '-'";
      return `the fragment ${JSON.stringify(interval)} violates the requirement that ${rule}`;
    }
    for (const part of parts) {
      const index = JSON.stringify(part);
      if (!/^[+-]?\d+$/.test(part)) return `cannot convert string to integer for index: ${index}`;
      if (Number(part) >= completions) return `too large index: ${index}`;
    }
    const [first = 0, end = first] = parts.map(Number);
    if (parts.length === 2 && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    if (total > 0 && last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    total += end - first + 1;
    last = end;
  }
  return total;
}
