import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
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

function goMap(labels: Record<string, string> | undefined): string {
  if (labels === undefined) return 'map[string]string(nil)';
  return `map[string]string{${Object.entries(labels)
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    .join(', ')}}`;
}

/** Faults of Deployment, ReplicaSet, StatefulSet and DaemonSet. */
export function validateWorkload({ kind, spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  if (spec['replicas'] < 0) faults.push(fault.invalid('spec.replicas', spec['replicas'], NOT_NEGATIVE));
  if (kind === 'StatefulSet' && !['OrderedReady', 'Parallel'].includes(spec['podManagementPolicy'])) {
    faults.push(
      fault.invalid('spec.podManagementPolicy', spec['podManagementPolicy'], "must be 'OrderedReady' or 'Parallel'"),
    );
  }
  if (kind === 'Deployment' && spec['strategy']?.type === 'Recreate' && spec['strategy'].rollingUpdate !== undefined) {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    faults.push(fault.forbidden('spec.strategy.rollingUpdate', why));
  }
  const selector: Fields | undefined = spec['selector'] ?? undefined;
  if (selector === undefined) faults.push(fault.required('spec.selector'));
  else if (Object.keys(selector).length === 0) {
    faults.push(fault.invalid('spec.selector', selector, `empty selector is invalid for ${kind.toLowerCase()}`));
  }
  const labels: Record<string, string> | undefined = spec['template']?.metadata?.labels;
  if (!matchesSelector(selector, labels)) {
    faults.push({
      reason: 'FieldValueInvalid',
      field: 'spec.template.metadata.labels',
      message: `Invalid value: ${goMap(labels)}: \`selector\` does not match template \`labels\``,
    });
  }
  faults.push(...validatePodSpec(spec['template']?.spec ?? {}, 'spec.template.spec'));
  const policy = spec['template']?.spec?.restartPolicy;
  if (policy !== undefined && policy !== 'Always' && ['OnFailure', 'Never'].includes(policy)) {
    faults.push(fault.notSupported('spec.template.spec.restartPolicy', policy, ['Always']));
  }
  return faults;
}

/** Faults of a Job's spec. */
export function validateJobSpec(spec: Fields, path: string): FieldError[] {
  const faults: FieldError[] = [];
  for (const member of [
    'parallelism',
    'completions',
    'backoffLimit',
    'activeDeadlineSeconds',
    'ttlSecondsAfterFinished',
  ]) {
    if (spec[member] < 0) faults.push(fault.invalid(`${path}.${member}`, spec[member], NOT_NEGATIVE));
  }
  faults.push(...validatePodSpec(spec['template']?.spec ?? {}, `${path}.template.spec`));
  if (spec['template']?.spec?.restartPolicy === 'Always') {
    faults.push(fault.required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"'));
  }
  return faults;
}
