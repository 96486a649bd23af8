import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields } from '../kube-api.js';
import { failurePolicyFaults } from './job-failure-policy.js';
import { successPolicyFaults } from './job-success-policy.js';
import { qualifiedNameFaults } from '../selectors.js';

const INDEXED_ONLY = ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy'];
const COMPLETION_MODES = ['NonIndexed', 'Indexed'];
const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
/** Above so many completions a Job with limits for each index may have less of everything. */
const MANY_COMPLETIONS = 100_000;
const MAX_OF_MANY = 10_000;
const MAX_MANAGER_BYTES = 63;

/** Faults of what a Job's spec says of indexes, failures, success, and who manages it. */
export function jobPolicyFaults(spec: Fields, path: string): FieldError[] {
  const { completionMode: mode, backoffLimitPerIndex, maxFailedIndexes, podFailurePolicy } = spec;
  const faults: FieldError[] = [];
  if (mode !== undefined && !COMPLETION_MODES.includes(mode)) {
    faults.push(fault.notSupported(`${path}.completionMode`, mode, COMPLETION_MODES));
  }
  if (maxFailedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    faults.push(fault.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  faults.push(...(mode === 'Indexed' ? indexedFaults(spec, path) : notIndexedFaults(spec, path)));
  faults.push(...failurePolicyFaults(spec, `${path}.podFailurePolicy`));
  if (mode === 'Indexed') faults.push(...successPolicyFaults(spec, `${path}.successPolicy`));
  faults.push(...replacementFaults(spec, `${path}.podReplacementPolicy`));
  faults.push(...managerFaults(spec['managedBy'], `${path}.managedBy`));
  const policy: unknown = spec['template']?.spec?.restartPolicy;
  if (podFailurePolicy !== undefined && policy === 'OnFailure') {
    const why = 'only "Never" is supported when podFailurePolicy is specified';
    faults.push(fault.invalid(`${path}.template.spec.restartPolicy`, policy, why));
  }
  return faults;
}

function notIndexedFaults(spec: Fields, path: string): FieldError[] {
  return INDEXED_ONLY.filter((member) => spec[member] !== undefined).map((member) =>
    fault.invalid(`${path}.${member}`, spec[member], 'requires indexed completion mode'),
  );
}

function indexedFaults(spec: Fields, path: string): FieldError[] {
  const { completions, parallelism, backoffLimitPerIndex, maxFailedIndexes: mayFail } = spec;
  const faults: FieldError[] = [];
  const refuse = (member: string, why: string): void =>
    void faults.push(fault.invalid(`${path}.${member}`, spec[member], why));
  const most = (amount: number): string => `must be less than or equal to ${amount}`;
  if (completions === undefined) faults.push(fault.required(`${path}.completions`, 'when completion mode is Indexed'));
  if (parallelism > MAX_PARALLELISM) refuse('parallelism', `${most(MAX_PARALLELISM)} when completion mode is Indexed`);
  if (mayFail > completions) refuse('maxFailedIndexes', 'must be less than or equal to completions');
  if (mayFail > MAX_FAILED_INDEXES) refuse('maxFailedIndexes', most(MAX_FAILED_INDEXES));
  if (!(completions > MANY_COMPLETIONS) || backoffLimitPerIndex === undefined) return faults;
  const where = `when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  if (mayFail === undefined) {
    const why = `must be specified when completions is above ${MANY_COMPLETIONS}`;
    faults.push(fault.required(`${path}.maxFailedIndexes`, why));
  }
  if (parallelism > MAX_OF_MANY) refuse('parallelism', `${most(MAX_OF_MANY)} ${where}`);
  if (mayFail > MAX_OF_MANY) refuse('maxFailedIndexes', `${most(MAX_OF_MANY)} ${where}`);
  return faults;
}

function replacementFaults({ podReplacementPolicy: policy, podFailurePolicy }: Fields, path: string): FieldError[] {
  const known = podFailurePolicy === undefined ? ['Failed', 'TerminatingOrFailed'] : ['Failed'];
  return policy === undefined || known.includes(policy) ? [] : [fault.notSupported(path, policy, known)];
}

function managerFaults(manager: string | undefined, path: string): FieldError[] {
  if (manager === undefined) return [];
  const isPath = /^[^/]+\/[^/]/.test(manager) && qualifiedNameFaults(manager).length === 0;
  const example = 'must be a domain-prefixed path (such as "acme.io/foo")';
  return [
    ...(isPath ? [] : [fault.invalid(path, manager, example)]),
    ...(Buffer.byteLength(manager) > MAX_MANAGER_BYTES ? [fault.tooLong(path, MAX_MANAGER_BYTES)] : []),
  ];
}
