import { isEqual } from '../equal.js';
import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { KubeObject, ObjectMeta } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { qualifiedNameFaults } from '../selectors.js';
import { labelsFaults } from './labels.js';
import { label1035Faults, labelFaults, pathSegmentFaults, subdomainFaults } from './names.js';

const nameRules: Readonly<Record<string, (name: string) => string[]>> = {
  'namespaces.': labelFaults,
  'services.': label1035Faults,
};

const MAX_ANNOTATIONS_BYTES = 256 * 1024;

/** Faults of `metadata` that hold for all kinds. */
export function validateMetadata(resource: Resource, { metadata }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const rule =
    nameRules[resource.bucket] ??
    (resource.group === 'rbac.authorization.k8s.io' ? pathSegmentFaults : subdomainFaults);
  const { name = '' } = metadata;
  if (name === '') faults.push(fault.required('metadata.name', 'name or generateName is required'));
  else for (const why of rule(name)) faults.push(fault.invalid('metadata.name', name, why));
  faults.push(
    ...labelsFaults(metadata.labels, 'metadata.labels'),
    ...annotationsFaults(metadata),
    ...ownersFaults(metadata),
  );
  (metadata.finalizers ?? []).forEach((name, index) => {
    const isForeign =
      resource.custom !== undefined || ['apiextensions.k8s.io', 'coordination.k8s.io'].includes(resource.group);
    const known = isForeign || ['orphan', 'foregroundDeletion', 'kubernetes'].includes(name);
    if (!known && !name.includes('/')) {
      const why = 'name is neither a standard finalizer name nor is it fully qualified';
      faults.push(fault.invalid(`metadata.finalizers[${index}]`, name, why));
    }
  });
  if (metadata.finalizers?.includes('orphan') === true && metadata.finalizers.includes('foregroundDeletion')) {
    faults.push(
      fault.invalid(
        'metadata.finalizers',
        metadata.finalizers,
        'finalizer orphan and foregroundDeletion cannot be both set',
      ),
    );
  }
  return faults;
}

function annotationsFaults({ annotations = {} }: ObjectMeta): FieldError[] {
  const faults = Object.keys(annotations).flatMap((key) =>
    qualifiedNameFaults(key.toLowerCase()).map((why) => fault.invalid('metadata.annotations', key, why)),
  );
  const size = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + key.length + Buffer.byteLength(value),
    0,
  );
  if (size > MAX_ANNOTATIONS_BYTES) faults.push(fault.tooLong('metadata.annotations', MAX_ANNOTATIONS_BYTES));
  return faults;
}

function ownersFaults({ ownerReferences = [] }: ObjectMeta): FieldError[] {
  const faults: FieldError[] = [];
  const at = 'metadata.ownerReferences';
  for (const { apiVersion, kind, name, uid } of ownerReferences) {
    if (!apiVersion) faults.push(fault.invalid(`${at}.apiVersion`, apiVersion ?? '', 'version must not be empty'));
    if (!kind) faults.push(fault.invalid(`${at}.kind`, kind ?? '', 'kind must not be empty'));
    if (!name) faults.push(fault.invalid(`${at}.name`, name ?? '', 'name must not be empty'));
    if (!uid) faults.push(fault.invalid(`${at}.uid`, uid ?? '', 'uid must not be empty'));
  }
  const controllers = ownerReferences.filter(({ controller }) => controller === true);
  if (controllers.length > 1) {
    const [first, second] = controllers.map(({ kind, name }) => `${kind}/${name}`);
    const why = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`;
    faults.push(fault.invalid(at, ownerReferences, why));
  }
  return faults;
}

/** Faults of a change of `metadata`. */
export function validateMetadataUpdate({ metadata }: KubeObject, { metadata: live }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const added = (metadata.finalizers ?? []).filter((name) => !(live.finalizers ?? []).includes(name));
  if (live.deletionTimestamp !== undefined && added.length > 0) {
    const list = `[]string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
    const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
    faults.push(fault.forbidden('metadata.finalizers', why));
  }
  for (const member of ['name', 'uid'] as const) {
    if (metadata[member] !== undefined && !isEqual(metadata[member], live[member])) {
      faults.push(fault.invalid(`metadata.${member}`, metadata[member], 'field is immutable'));
    }
  }
  return faults;
}
