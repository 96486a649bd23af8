import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { subdomainFaults } from './names.js';

/** Faults of a Role or ClusterRole. */
export function validateRole(object: KubeObject): FieldError[] {
  const rules = (object['rules'] ?? []) as Fields[];
  return rules.flatMap((rule, index) => ruleFaults(rule, `rules[${index}]`, object.kind === 'Role'));
}

function ruleFaults(rule: Fields, path: string, isNamespaced: boolean): FieldError[] {
  const has = (member: string): boolean => ((rule[member] ?? []) as unknown[]).length > 0;
  const faults: FieldError[] = [];
  if (!has('verbs')) faults.push(fault.required(`${path}.verbs`, 'verbs must contain at least one value'));
  if (has('nonResourceURLs')) {
    if (isNamespaced) {
      const why = 'namespaced rules cannot apply to non-resource URLs';
      faults.push(fault.invalid(`${path}.nonResourceURLs`, rule['nonResourceURLs'], why));
    }
    if (has('apiGroups') || has('resources') || has('resourceNames')) {
      const why = 'rules cannot apply to both regular resources and non-resource URLs';
      faults.push(fault.invalid(`${path}.nonResourceURLs`, rule['nonResourceURLs'], why));
    }
    return faults;
  }
  if (!has('apiGroups')) {
    faults.push(fault.required(`${path}.apiGroups`, 'resource rules must supply at least one api group'));
  }
  if (!has('resources')) {
    faults.push(fault.required(`${path}.resources`, 'resource rules must supply at least one resource'));
  }
  return faults;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Faults of a RoleBinding or ClusterRoleBinding. */
export function validateBinding(object: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const { kind = '', name = '', apiGroup = '' } = (object['roleRef'] ?? {}) as Fields;
  const isNamespaced = object.kind === 'RoleBinding';
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  if (apiGroup !== RBAC) faults.push(fault.notSupported('roleRef.apiGroup', apiGroup, [RBAC]));
  if (!kinds.includes(kind as string)) faults.push(fault.notSupported('roleRef.kind', kind, kinds));
  if (name === '') faults.push(fault.required('roleRef.name'));
  ((object['subjects'] ?? []) as Fields[]).forEach((subject, index) => {
    faults.push(...subjectFaults(subject, `subjects[${index}]`, isNamespaced));
  });
  return faults;
}

function subjectFaults(subject: Fields, path: string, isNamespaced: boolean): FieldError[] {
  const { kind = '', name = '', namespace = '', apiGroup = '' } = subject as Record<string, string>;
  const faults: FieldError[] = [];
  if (name === '') faults.push(fault.required(`${path}.name`));
  if (kind === 'ServiceAccount') {
    for (const why of name === '' ? [] : subdomainFaults(name)) faults.push(fault.invalid(`${path}.name`, name, why));
    if (apiGroup !== '') faults.push(fault.notSupported(`${path}.apiGroup`, apiGroup, ['']));
    if (namespace === '' && !isNamespaced) faults.push(fault.required(`${path}.namespace`));
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== RBAC) faults.push(fault.notSupported(`${path}.apiGroup`, apiGroup, [RBAC]));
  } else {
    faults.push(fault.notSupported(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User']));
  }
  return faults;
}
