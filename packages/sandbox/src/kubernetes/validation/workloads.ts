import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { jobPolicyFaults } from './job-policies.js';
import { labelsFaults, selectorFaults } from './labels.js';
import { validatePodSpec } from './pods.js';

const NOT_NEGATIVE = 'must be greater than or equal to 0';

/** Does a label selector as an object (matchLabels, matchExpressions) match? */
export function matchesSelector(selector: Fields | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  if (selector === undefined) return false;
  const exact = Object.entries<string>(selector['matchLabels'] ?? {}).every(([key, value]) => labels[key] === value);
  return exact && (selector['matchExpressions'] ?? []).every((term: Fields) => matchesTerm(term, labels));
}

function matchesTerm({ key, operator, values = [] }: Fields, labels: Readonly<Record<string, string>>): boolean {
  const present = Object.hasOwn(labels, key);
  switch (operator) {
    case 'In':
      return present && values.includes(labels[key]);
    case 'NotIn':
      return !present || !values.includes(labels[key]);
    case 'Exists':
      return present;
    default:
      return !present;
  }
}

/** Labels as Go prints a map: by their names. */
export function goMap(labels: Record<string, string> | undefined): string {
  if (labels === undefined) return 'map[string]string(nil)';
  return `map[string]string{${Object.entries(labels)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(', ')}}`;
}

const notNegative = (spec: Fields, members: readonly string[], path = 'spec'): FieldError[] =>
  members
    .filter((member) => spec[member] < 0)
    .map((member) => fault.invalid(`${path}.${member}`, spec[member], NOT_NEGATIVE));

/** Faults of Deployment, ReplicaSet, StatefulSet and DaemonSet. */
export function validateWorkload({ kind, spec = {} }: KubeObject): FieldError[] {
  const faults = notNegative(spec, ['replicas', 'minReadySeconds', 'revisionHistoryLimit']);
  faults.push(...strategyFaults(kind, spec));
  const selector: Fields | undefined = spec['selector'] ?? undefined;
  const labels: Record<string, string> | undefined = spec['template']?.metadata?.labels;
  if (selector === undefined) {
    if (kind !== 'DaemonSet') faults.push(fault.required('spec.selector'));
  } else {
    faults.push(...selectorFaults(selector, 'spec.selector'));
    if (Object.keys(selector).length === 0) {
      const named = kind === 'ReplicaSet' ? 'deployment' : kind.toLowerCase(); // as the real server says
      faults.push(fault.invalid('spec.selector', selector, `empty selector is invalid for ${named}`));
    }
  }
  const isEmpty = selector !== undefined && Object.keys(selector).length === 0;
  if (!isEmpty && !matchesSelector(selector, labels)) {
    faults.push({
      reason: 'FieldValueInvalid',
      field: 'spec.template.metadata.labels',
      message: `Invalid value: ${goMap(labels)}: \`selector\` does not match template \`labels\``,
    });
  }
  faults.push(...labelsFaults(labels, 'spec.template.labels'));
  const policy = spec['template']?.spec?.restartPolicy;
  // The real server leaves the pods of a StatefulSet to be refused one by one.
  if (kind !== 'StatefulSet') faults.push(...validatePodSpec(spec['template']?.spec ?? {}, 'spec.template.spec'));
  if (policy !== undefined && policy !== 'Always') {
    faults.push(fault.notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  }
  if (spec['template']?.spec?.activeDeadlineSeconds !== undefined) {
    const why = `activeDeadlineSeconds in ${kind === 'Deployment' ? 'ReplicaSet' : kind} is not Supported`;
    faults.push(fault.forbidden('spec.template.spec.activeDeadlineSeconds', why));
  }
  return faults;
}

function strategyFaults(kind: string, spec: Fields): FieldError[] {
  switch (kind) {
    case 'Deployment':
      return deploymentFaults(spec);
    case 'StatefulSet':
      return statefulSetFaults(spec);
    case 'DaemonSet':
      return daemonSetFaults(spec);
    default:
      return [];
  }
}

const isNothing = (value: unknown): boolean => value === 0 || value === '0%' || value === '0';

function deploymentFaults(spec: Fields): FieldError[] {
  const faults: FieldError[] = [];
  const { type, rollingUpdate } = (spec['strategy'] ?? {}) as { type: string; rollingUpdate?: Fields };
  if (type === 'Recreate' && rollingUpdate !== undefined) {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    faults.push(fault.forbidden('spec.strategy.rollingUpdate', why));
  } else if (type === 'RollingUpdate') {
    const { maxUnavailable, maxSurge } = rollingUpdate ?? {};
    if (isNothing(maxUnavailable) && isNothing(maxSurge)) {
      const why = 'may not be 0 when `maxSurge` is 0';
      faults.push(fault.invalid('spec.strategy.rollingUpdate.maxUnavailable', maxUnavailable, why));
    }
  } else if (type !== 'Recreate') {
    faults.push(fault.notSupported('spec.strategy', spec['strategy'], ['Recreate', 'RollingUpdate']));
  }
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec;
  if (deadline !== undefined) {
    faults.push(...notNegative(spec, ['progressDeadlineSeconds']));
    if (deadline <= minReadySeconds) {
      faults.push(fault.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
    }
  }
  return faults;
}

function statefulSetFaults(spec: Fields): FieldError[] {
  const faults: FieldError[] = [];
  const policy = spec['podManagementPolicy'] as string;
  if (!['OrderedReady', 'Parallel'].includes(policy)) {
    faults.push(fault.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  const { type, rollingUpdate } = (spec['updateStrategy'] ?? {}) as { type?: string; rollingUpdate?: Fields };
  if (type === 'OnDelete') {
    if (rollingUpdate !== undefined) {
      const why = "only allowed for updateStrategy 'RollingUpdate'";
      faults.push(fault.invalid('spec.updateStrategy.rollingUpdate', rollingUpdate, why));
    }
  } else if (type === 'RollingUpdate') {
    faults.push(...notNegative(rollingUpdate ?? {}, ['partition'], 'spec.updateStrategy.rollingUpdate'));
  } else {
    faults.push(fault.invalid('spec.updateStrategy', spec['updateStrategy'], "must be 'RollingUpdate' or 'OnDelete'"));
  }
  return faults;
}

function daemonSetFaults(spec: Fields): FieldError[] {
  const { type, rollingUpdate } = (spec['updateStrategy'] ?? {}) as { type?: string; rollingUpdate?: Fields };
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate') {
    return [fault.notSupported('spec.updateStrategy', spec['updateStrategy'], ['OnDelete', 'RollingUpdate'])];
  }
  if (!isNothing(rollingUpdate?.['maxUnavailable']) || !isNothing(rollingUpdate?.['maxSurge'])) return [];
  const at = 'spec.updateStrategy.rollingUpdate.maxUnavailable';
  return [fault.required(at, 'cannot be 0 when maxSurge is 0')];
}

/** Faults of a Job's spec. */
export function validateJobSpec(spec: Fields, path: string): FieldError[] {
  const members = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'];
  const faults = notNegative(spec, [...members, 'backoffLimitPerIndex', 'maxFailedIndexes'], path);
  faults.push(...jobPolicyFaults(spec, path));
  faults.push(...validatePodSpec(spec['template']?.spec ?? {}, `${path}.template.spec`));
  const labels: Record<string, string> | undefined = spec['template']?.metadata?.labels;
  if (path === 'spec' && (spec['selector'] ?? undefined) === undefined) faults.push(fault.required('spec.selector'));
  if (path === 'spec' && !matchesSelector(spec['selector'] ?? undefined, labels)) {
    const why = '`selector` does not match template `labels`';
    faults.push({
      reason: 'FieldValueInvalid',
      field: `${path}.template.metadata.labels`,
      message: `Invalid value: ${goMap(labels)}: ${why}`,
    });
  }
  const policy: string = spec['template']?.spec?.restartPolicy;
  if (policy === 'Always') {
    faults.push(fault.required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  } else if (!['OnFailure', 'Never'].includes(policy)) {
    faults.push(fault.notSupported(`${path}.template.spec.restartPolicy`, policy, ['OnFailure', 'Never']));
  }
  return faults;
}
