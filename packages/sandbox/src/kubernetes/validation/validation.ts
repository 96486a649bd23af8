import { validateDefinition, validateDefinitionUpdate } from '../crd/definition-validation.js';
import { isEqual } from '../equal.js';
import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { subdomainFaults } from './names.js';
import { podSpecChange, validatePodSpec } from './pods.js';
import { validateJobSpec, validateWorkload } from './workloads.js';

type Validator = (object: KubeObject) => FieldError[];

const PORT_RANGE = 'must be between 1 and 65535, inclusive';
const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const IMMUTABLE = 'field is immutable';

const validators: Readonly<Record<string, Validator>> = {
  'configmaps.': (object) => [...configKeys(object['data'], 'data'), ...configKeys(object['binaryData'], 'binaryData')],
  'secrets.': validateSecret,
  'pods.': ({ spec = {} }) => validatePodSpec(spec, 'spec'),
  'podtemplates.': (object) => validatePodSpec(object['template']?.spec ?? {}, 'template.spec'),
  'services.': validateService,
  'deployments.apps': validateWorkload,
  'replicasets.apps': validateWorkload,
  'statefulsets.apps': validateWorkload,
  'daemonsets.apps': validateWorkload,
  'jobs.batch': ({ spec = {} }) => validateJobSpec(spec, 'spec'),
  'cronjobs.batch': validateCronJob,
  'persistentvolumeclaims.': validateClaim,
  'rolebindings.rbac.authorization.k8s.io': (object) => validateRoleRef(object, ['Role', 'ClusterRole']),
  'clusterrolebindings.rbac.authorization.k8s.io': (object) => validateRoleRef(object, ['ClusterRole']),
  'ingresses.networking.k8s.io': validateIngress,
  events: validateEvent,
  'customresourcedefinitions.apiextensions.k8s.io': validateDefinition,
  'horizontalpodautoscalers.autoscaling': ({ spec = {} }) =>
    spec['maxReplicas'] < 1 ? [fault.invalid('spec.maxReplicas', spec['maxReplicas'], 'must be greater than 0')] : [],
};

/** Faults of a built-in kind's own fields. */
export function validateObject(resource: Resource, object: KubeObject, _live: KubeObject | undefined): FieldError[] {
  return validators[resource.bucket]?.(object) ?? [];
}

function configKeys(data: Fields | undefined, path: string): FieldError[] {
  return Object.keys(data ?? {})
    .filter((key) => !CONFIG_KEY.test(key))
    .map((key) =>
      fault.invalid(
        `${path}[${key}]`,
        key,
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or " +
          "'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ),
    );
}

const secretKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function validateSecret(object: KubeObject): FieldError[] {
  const faults = configKeys(object['data'], 'data');
  for (const key of secretKeys[object['type']] ?? []) {
    if (object['data']?.[key] === undefined) faults.push(fault.required(`data[${key}]`));
  }
  return faults;
}

function validateService({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const ports: Fields[] = spec['ports'] ?? [];
  const headless = spec['clusterIP'] === 'None';
  const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
  if (!types.includes(spec['type'])) faults.push(fault.notSupported('spec.type', spec['type'], types));
  if (ports.length === 0 && !headless && spec['type'] !== 'ExternalName') faults.push(fault.required('spec.ports'));
  if (spec['type'] === 'ExternalName' && !spec['externalName']) faults.push(fault.required('spec.externalName'));
  const names = new Set<string>();
  ports.forEach((port, index) => {
    const at = `spec.ports[${index}]`;
    if (!port['name'] && ports.length > 1) faults.push(fault.required(`${at}.name`));
    if (port['name']) {
      if (names.has(port['name'])) faults.push(fault.duplicate(`${at}.name`, port['name']));
      names.add(port['name']);
    }
    if (!(port['port'] >= 1 && port['port'] <= 65_535))
      faults.push(fault.invalid(`${at}.port`, port['port'], PORT_RANGE));
    if (!['TCP', 'UDP', 'SCTP'].includes(port['protocol'])) {
      faults.push(fault.notSupported(`${at}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']));
    }
    const target = port['targetPort'];
    if (typeof target === 'number' && !(target >= 1 && target <= 65_535)) {
      faults.push(fault.invalid(`${at}.targetPort`, target, PORT_RANGE));
    }
  });
  return faults;
}

function validateCronJob({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  if (!spec['schedule']) faults.push(fault.required('spec.schedule'));
  else if (!/^(@\w+.*|(\S+\s+){4}\S+)$/.test(spec['schedule'])) {
    const count = String(spec['schedule']).split(/\s+/).length;
    faults.push(
      fault.invalid(
        'spec.schedule',
        spec['schedule'],
        `expected exactly 5 fields, found ${count}: [${String(spec['schedule'])}]`,
      ),
    );
  }
  faults.push(...validateJobSpec(spec['jobTemplate']?.spec ?? {}, 'spec.jobTemplate.spec'));
  return faults;
}

function validateClaim({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  if ((spec['accessModes'] ?? []).length === 0) {
    faults.push(fault.required('spec.accessModes', 'at least 1 access mode is required'));
  }
  if (spec['resources']?.requests?.storage === undefined) faults.push(fault.required('spec.resources[storage]'));
  return faults;
}

function validateRoleRef(object: KubeObject, kinds: readonly string[]): FieldError[] {
  const faults: FieldError[] = [];
  const { kind = '', name = '' } = object['roleRef'] ?? {};
  if (!kinds.includes(kind)) faults.push(fault.notSupported('roleRef.kind', kind, kinds));
  if (name === '') faults.push(fault.required('roleRef.name'));
  return faults;
}

function validateIngress({ spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  if ((spec['rules'] ?? []).length === 0 && spec['defaultBackend'] === undefined) {
    faults.push(fault.invalid('spec', [], 'either `defaultBackend` or `rules` must be specified'));
  }
  (spec['rules'] ?? []).forEach((rule: Fields, index: number) => {
    (rule['http']?.paths ?? []).forEach((path: Fields, position: number) => {
      const at = `spec.rules[${index}].http.paths[${position}]`;
      if (!path['pathType']) faults.push(fault.required(`${at}.pathType`, 'pathType must be specified'));
    });
  });
  return faults;
}

function validateEvent(object: KubeObject): FieldError[] {
  if (object.apiVersion === 'v1') {
    const involved = object['involvedObject']?.namespace ?? '';
    const namespace = object.metadata.namespace ?? '';
    const matches = involved === '' ? namespace === 'default' : involved === namespace;
    return matches ? [] : [fault.invalid('involvedObject.namespace', involved, 'does not match event.namespace')];
  }
  const faults: FieldError[] = [];
  if (object['eventTime'] === undefined || object['eventTime'] === null) faults.push(fault.required('eventTime'));
  if (!object['reportingController']) faults.push(fault.required('reportingController'));
  if (!object['reportingInstance']) faults.push(fault.required('reportingInstance'));
  if (!object['action']) faults.push(fault.required('action'));
  if (!object['reason']) faults.push(fault.required('reason'));
  if (!['Normal', 'Warning'].includes(object['type']))
    faults.push(fault.invalid('type', object['type'] ?? '', 'has invalid value: ' + String(object['type'] ?? '')));
  return faults;
}

type UpdateValidator = (object: KubeObject, live: KubeObject) => FieldError[];

function fixed(path: string, read: (object: KubeObject) => unknown): UpdateValidator {
  return (object, live) =>
    isEqual(read(object), read(live)) ? [] : [fault.invalid(path, read(object) ?? null, IMMUTABLE)];
}

function all(...validators: readonly UpdateValidator[]): UpdateValidator {
  return (object, live) => validators.flatMap((validate) => validate(object, live));
}

const fixedSelector = fixed('spec.selector', ({ spec }) => spec?.['selector']);
const fixedRoleRef: UpdateValidator = (object, live) =>
  isEqual(object['roleRef'], live['roleRef'])
    ? []
    : [fault.invalid('roleRef', object['roleRef'], 'cannot change roleRef')];

const updateValidators: Readonly<Record<string, UpdateValidator>> = {
  'configmaps.': frozenData,
  'secrets.': all(
    fixed('type', (object) => object['type']),
    frozenData,
  ),
  'deployments.apps': fixedSelector,
  'replicasets.apps': fixedSelector,
  'daemonsets.apps': fixedSelector,
  'statefulsets.apps': statefulSetChange,
  'jobs.batch': all(
    fixed('spec.completions', ({ spec }) => spec?.['completions']),
    fixedSelector,
    jobTemplateChange,
  ),
  'pods.': ({ spec = {} }, { spec: live = {} }) => {
    const change = podSpecChange(spec, live, isEqual);
    return change === undefined ? [] : [change];
  },
  'services.': ({ spec = {} }, { spec: live = {} }) => {
    const kept = spec['type'] !== 'ExternalName' && live['type'] !== 'ExternalName' && live['clusterIP'] !== undefined;
    if (!kept || spec['clusterIP'] === live['clusterIP']) return [];
    const list = JSON.stringify([spec['clusterIP']]);
    return [
      {
        reason: 'FieldValueInvalid',
        field: 'spec.clusterIPs[0]',
        message: `Invalid value: []string{${list.slice(1, -1)}}: may not change once set`,
      },
    ];
  },
  'rolebindings.rbac.authorization.k8s.io': fixedRoleRef,
  'clusterrolebindings.rbac.authorization.k8s.io': fixedRoleRef,
  'persistentvolumeclaims.': ({ spec = {} }, { spec: live = {} }) => {
    const rest = ({ resources: _resources, volumeName: _volumeName, ...others }: Fields): Fields => others;
    const why =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    return isEqual(rest(spec), rest(live)) ? [] : [fault.forbidden('spec', why)];
  },
  'customresourcedefinitions.apiextensions.k8s.io': validateDefinitionUpdate,
};

function frozenData(object: KubeObject, live: KubeObject): FieldError[] {
  if (live['immutable'] !== true) return [];
  const faults: FieldError[] = [];
  if (object['immutable'] !== true)
    faults.push(fault.forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const member of ['data', 'binaryData']) {
    if (!isEqual(object[member] ?? {}, live[member] ?? {})) {
      faults.push(fault.forbidden(member, 'field is immutable when `immutable` is set'));
    }
  }
  return faults;
}

function statefulSetChange({ spec = {} }: KubeObject, { spec: live = {} }: KubeObject): FieldError[] {
  const mutable = [
    'replicas',
    'template',
    'updateStrategy',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
    'ordinals',
    'revisionHistoryLimit',
  ];
  const rest = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !mutable.includes(name)));
  const why =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return isEqual(rest(spec), rest(live)) ? [] : [fault.forbidden('spec', why)];
}

function jobTemplateChange({ spec = {} }: KubeObject, { spec: live = {} }: KubeObject): FieldError[] {
  if (live['suspend'] === true) return [];
  return isEqual(spec['template'], live['template'])
    ? []
    : [fault.invalid('spec.template', spec['template'], IMMUTABLE)];
}

/** Faults of a change: what may not be changed once it is set. */
export function validateUpdate(
  resource: Resource,
  object: KubeObject,
  live: KubeObject,
  subresource?: string,
): FieldError[] {
  if (subresource === 'status' && resource.bucket !== 'customresourcedefinitions.apiextensions.k8s.io') return [];
  return updateValidators[resource.bucket]?.(object, live) ?? [];
}

/** What is wrong with a name as the name of most objects. */
export const nameFaults = subdomainFaults;
