import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields } from '../kube-api.js';
import { qualifiedNameFaults } from '../selectors.js';

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];
const MAX_RULES = 20;
const MAX_EXIT_CODES = 255;
const MAX_CONDITIONS = 20;

/** Faults of a Job's `podFailurePolicy`, apart from the restart policy that it wants. */
export function failurePolicyFaults(spec: Fields, path: string): FieldError[] {
  const { podFailurePolicy: policy, backoffLimitPerIndex, template } = spec;
  if (policy === undefined) return [];
  const rules: readonly Fields[] = policy.rules ?? [];
  const { containers, initContainers } = (template?.spec ?? {}) as Fields;
  const names = [...(containers ?? []), ...(initContainers ?? [])].map(({ name }: Fields) => name as string);
  return [
    ...tooMany(`${path}.rules`, rules, MAX_RULES),
    ...rules.flatMap((rule, index) => {
      const at = `${path}.rules[${index}]`;
      return [
        ...actionFaults(rule['action'], `${at}.action`, backoffLimitPerIndex !== undefined),
        ...matcherFaults(rule, at, names),
      ];
    }),
  ];
}

function actionFaults(action: unknown, path: string, hasIndexLimit: boolean): FieldError[] {
  if (action !== 'FailIndex') return oneOf(action, path, ACTIONS);
  return hasIndexLimit ? [] : [fault.invalid(path, action, 'requires the backoffLimitPerIndex to be set')];
}

function matcherFaults({ onExitCodes, onPodConditions }: Fields, path: string, names: readonly string[]): FieldError[] {
  const conditions: readonly Fields[] = onPodConditions ?? [];
  const faults = [
    ...(onExitCodes === undefined ? [] : exitCodeFaults(onExitCodes, `${path}.onExitCodes`, names)),
    ...conditionFaults(conditions, `${path}.onPodConditions`),
  ];
  if ((onExitCodes === undefined) !== (conditions.length === 0)) return faults;
  const why = onExitCodes === undefined ? 'specifying one of' : 'specifying both';
  const rest = onExitCodes === undefined ? 'is required' : 'is not supported';
  const message = `Invalid value: ${why} OnExitCodes and OnPodConditions ${rest}`;
  return [...faults, { reason: 'FieldValueInvalid', field: path, message }];
}

function exitCodeFaults(
  { operator, containerName, values }: Fields,
  path: string,
  names: readonly string[],
): FieldError[] {
  const faults = oneOf(operator, `${path}.operator`, OPERATORS);
  if (containerName !== undefined && !names.includes(containerName)) {
    const why = 'must be one of the container or initContainer names in the pod template';
    faults.push(fault.invalid(`${path}.containerName`, containerName, why));
  }
  const codes: readonly number[] = values ?? [];
  if (codes.length === 0) {
    const message = 'Invalid value: []: at least one value is required';
    faults.push({ reason: 'FieldValueInvalid', field: `${path}.values`, message });
  }
  faults.push(...tooMany(`${path}.values`, codes, MAX_EXIT_CODES));
  codes.forEach((code, index) => {
    const at = `${path}.values[${index}]`;
    if (operator === 'In' && code === 0) faults.push(fault.invalid(at, code, 'must not be 0 for the In operator'));
    if (codes.indexOf(code) < index) faults.push(fault.duplicate(at, code));
  });
  const isOrdered = codes.every((code, index) => index === 0 || (codes[index - 1] ?? 0) <= code);
  if (!isOrdered) faults.push(fault.invalid(`${path}.values`, codes, 'must be ordered'));
  return faults;
}

function conditionFaults(patterns: readonly Fields[], path: string): FieldError[] {
  return [
    ...tooMany(path, patterns, MAX_CONDITIONS),
    ...patterns.flatMap(({ type = '', status }, index) => [
      ...qualifiedNameFaults(type).map((why) => fault.invalid(`${path}[${index}].type`, type, why)),
      ...oneOf(status, `${path}[${index}].status`, STATUSES),
    ]),
  ];
}

function oneOf(value: unknown, path: string, known: readonly string[]): FieldError[] {
  if (value === undefined || value === '') {
    return [fault.required(path, `valid values: [${known.map((name) => JSON.stringify(name)).join(' ')}]`)];
  }
  return known.includes(String(value)) ? [] : [fault.notSupported(path, value, known)];
}

function tooMany(path: string, list: readonly unknown[], most: number): FieldError[] {
  return list.length > most ? [fault.tooMany(path, list.length, most)] : [];
}
