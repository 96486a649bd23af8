import { validateDefinition, validateDefinitionUpdate } from '../crd/definition-validation.js';
import { isEqual } from '../equal.js';
import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { claimChangeFaults } from './claim-change.js';
import { validateConfigMap, validateSecret } from './config.js';
import { jobChangeFaults } from './job-change.js';
import { generatedSelectorFaults } from './job-selector.js';
import { validateLimitRange } from './limit-ranges.js';
import { validateIngress, validateNetworkPolicy, validateService } from './network.js';
import { validateAutoscaler, validateClaim, validateLease } from './others.js';
import { podSpecChange, tolerationsChange, validatePodSpec } from './pods.js';
import { validateBinding, validateRole } from './rbac.js';
import { validateJobSpec, validateWorkload } from './workloads.js';

type Validator = (object: KubeObject, live?: KubeObject) => FieldError[];

const IMMUTABLE = 'field is immutable';

const validators: Readonly<Record<string, Validator>> = {
  'configmaps.': validateConfigMap,
  'secrets.': validateSecret,
  'pods.': ({ spec = {} }) => validatePodSpec(spec, 'spec'),
  'podtemplates.': (object) => validatePodSpec(object['template']?.spec ?? {}, 'template.spec'),
  'services.': validateService,
  'deployments.apps': validateWorkload,
  'replicasets.apps': validateWorkload,
  'statefulsets.apps': validateWorkload,
  'daemonsets.apps': validateWorkload,
  'jobs.batch': (job, live) => [
    ...(live === undefined ? generatedSelectorFaults(job) : []),
    ...validateJobSpec(job.spec ?? {}, 'spec'),
  ],
  'cronjobs.batch': validateCronJob,
  'persistentvolumeclaims.': validateClaim,
  'roles.rbac.authorization.k8s.io': validateRole,
  'clusterroles.rbac.authorization.k8s.io': validateRole,
  'rolebindings.rbac.authorization.k8s.io': validateBinding,
  'clusterrolebindings.rbac.authorization.k8s.io': validateBinding,
  'ingresses.networking.k8s.io': validateIngress,
  'networkpolicies.networking.k8s.io': validateNetworkPolicy,
  'leases.coordination.k8s.io': validateLease,
  'limitranges.': validateLimitRange,
  events: validateEvent,
  'customresourcedefinitions.apiextensions.k8s.io': validateDefinition,
  'horizontalpodautoscalers.autoscaling': validateAutoscaler,
};

/** Faults of a built-in kind's own fields. */
export function validateObject(resource: Resource, object: KubeObject, live: KubeObject | undefined): FieldError[] {
  return validators[resource.bucket]?.(object, live) ?? [];
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
  faults.push(...timeZoneFaults(spec));
  faults.push(...validateJobSpec(spec['jobTemplate']?.spec ?? {}, 'spec.jobTemplate.spec'));
  return faults;
}

function timeZoneFaults({ timeZone, schedule, startingDeadlineSeconds: deadline }: Fields): FieldError[] {
  const faults: FieldError[] = [];
  if (/TZ/.test(String(schedule))) {
    const why = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    faults.push(fault.invalid('spec.schedule', schedule, why));
  }
  if (deadline < 0)
    faults.push(fault.invalid('spec.startingDeadlineSeconds', deadline, 'must be greater than or equal to 0'));
  if (timeZone === undefined) return faults;
  const wrong = (why: string): FieldError[] => [...faults, fault.invalid('spec.timeZone', timeZone, why)];
  if (timeZone === '') return wrong('timeZone must be nil or non-empty string');
  if (String(timeZone).toLowerCase() === 'local') {
    return wrong('timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones');
  }
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return faults;
  } catch {
    // RangeError: no such zone.
    return wrong(`unknown time zone ${timeZone}`);
  }
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
  'jobs.batch': jobChangeFaults,
  'pods.': ({ spec = {} }, { spec: live = {} }) => {
    const change = podSpecChange(spec, live, isEqual);
    // A changed number of containers is all that is told.
    if (change !== undefined && change.field !== 'spec') return [change];
    return [...tolerationsChange(spec, live), ...(change === undefined ? [] : [change])];
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
  'persistentvolumeclaims.': claimChangeFaults,
  'customresourcedefinitions.apiextensions.k8s.io': validateDefinitionUpdate,
};

function frozenData(object: KubeObject, live: KubeObject): FieldError[] {
  if (live['immutable'] !== true) return [];
  const faults: FieldError[] = [];
  if (object['immutable'] !== true)
    faults.push(fault.forbidden('immutable', 'field is immutable when `immutable` is set'));
  for (const member of ['data', 'binaryData']) {
    // Bytes that are none, as an apply and a strategic merge patch leave them, are not the empty ones that were there.
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
