import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import { label1035Faults } from '../validation/names.js';
import { validateBySchema } from './schema-validation.js';

/** Faults of a CustomResourceDefinition. */
export function validateDefinition({ metadata, spec = {} }: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const { names = {}, group = '', versions = [], scope } = spec;
  const expected = `${names.plural ?? ''}.${group}`;
  if (metadata.name !== expected) {
    faults.push(fault.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (group === '') faults.push(fault.required('spec.group'));
  else if (!group.includes('.'))
    faults.push(fault.invalid('spec.group', group, 'should be a domain with at least one dot'));
  if (/(^|\.)(k8s|kubernetes)\.io$/.test(group) && metadata.annotations?.['api-approved.kubernetes.io'] === undefined) {
    const why =
      'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111';
    faults.push(fault.required('metadata.annotations[api-approved.kubernetes.io]', why));
  }
  if (scope !== 'Cluster' && scope !== 'Namespaced') {
    faults.push(
      scope === undefined || scope === ''
        ? fault.required('spec.scope')
        : fault.notSupported('spec.scope', scope, ['Cluster', 'Namespaced']),
    );
  }
  const storage = (versions as Fields[]).filter((version) => version['storage'] === true);
  if (storage.length !== 1) {
    faults.push(fault.invalid('spec.versions', versions, 'must have exactly one version marked as storage version'));
  }
  validateNames(names, faults);
  (versions as Fields[]).forEach((version, index) => validateVersion(version, `spec.versions[${index}]`, faults));
  return faults;
}

function validateNames(names: Fields, faults: FieldError[]): void {
  for (const member of ['plural', 'singular', 'kind', 'listKind']) {
    const name: string = names[member] ?? '';
    if (name === '') {
      if (member === 'plural' || member === 'kind') faults.push(fault.required(`spec.names.${member}`));
    } else {
      const lower = member === 'kind' || member === 'listKind' ? name.toLowerCase() : name;
      for (const why of label1035Faults(lower)) {
        const detail =
          member === 'kind' || member === 'listKind' ? `may have mixed case, but should otherwise match: ${why}` : why;
        faults.push(fault.invalid(`spec.names.${member}`, name, detail));
      }
    }
  }
  if (names['kind'] !== undefined && names['kind'] === names['listKind']) {
    faults.push(fault.invalid('spec.names.listKind', names['listKind'], 'kind and listKind may not be the same'));
  }
}

function validateVersion(version: Fields, path: string, faults: FieldError[]): void {
  for (const why of label1035Faults(version['name'] ?? ''))
    faults.push(fault.invalid(`${path}.name`, version['name'], why));
  const schema: Fields | undefined = version['schema']?.openAPIV3Schema;
  const at = `${path}.schema.openAPIV3Schema`;
  if (schema === undefined) {
    faults.push(fault.required(at, 'schemas are required'));
    return;
  }
  if (schema['type'] !== 'object') {
    const wrong =
      schema['type'] === undefined
        ? fault.required(`${at}.type`, 'must not be empty at the root')
        : fault.invalid(`${at}.type`, schema['type'], 'must be object at the root');
    faults.push(wrong);
  }
  validateStructure(schema, at, faults, true);
  for (const [index, column] of (version['additionalPrinterColumns'] ?? []).entries() as Iterable<[number, Fields]>) {
    const where = `${path}.additionalPrinterColumns[${index}]`;
    if (!column['jsonPath']) faults.push(fault.required(`${where}.jsonPath`));
    if (!column['name']) faults.push(fault.required(`${where}.name`));
    const supported = ['boolean', 'date', 'integer', 'number', 'string'];
    if (!supported.includes(column['type']))
      faults.push(fault.notSupported(`${where}.type`, column['type'] ?? '', supported));
  }
}

// A structural schema: every node has a type, arrays have items, and defaults fit.
function validateStructure(schema: Fields, path: string, faults: FieldError[], isRoot = false): void {
  const free = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!isRoot && schema['type'] === undefined && !free) {
    faults.push(fault.required(`${path}.type`, 'must not be empty for specified object fields'));
  }
  if (schema['type'] === 'array' && schema['items'] === undefined)
    faults.push(fault.required(`${path}.items`, 'must be specified'));
  if (schema['properties'] !== undefined && schema['additionalProperties'] !== undefined) {
    faults.push(
      fault.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive'),
    );
  }
  if (schema['default'] !== undefined) {
    const wrong = validateBySchema(schema, schema['default'], '');
    for (const { message } of wrong) faults.push({ reason: 'FieldValueInvalid', field: `${path}.default`, message });
  }
  for (const [name, property] of Object.entries<Fields>(schema['properties'] ?? {})) {
    validateStructure(property, `${path}.properties[${name}]`, faults);
  }
  if (schema['items'] !== undefined) validateStructure(schema['items'], `${path}.items`, faults);
  const additional: unknown = schema['additionalProperties'];
  if (typeof additional === 'object' && additional !== null)
    validateStructure(additional, `${path}.additionalProperties`, faults);
}

/** Faults of a change of a definition. */
export function validateDefinitionUpdate(object: KubeObject, live: KubeObject): FieldError[] {
  const faults: FieldError[] = [];
  const established = (live.status?.['conditions'] ?? []).some(
    (one: Fields) => one['type'] === 'Established' && one['status'] === 'True',
  );
  if (established) {
    for (const [path, read] of [
      ['spec.scope', (one: KubeObject) => one.spec?.['scope']],
      ['spec.names.kind', (one: KubeObject) => one.spec?.['names']?.kind],
    ] as const) {
      if (read(object) !== read(live)) faults.push(fault.invalid(path, read(object), 'field is immutable'));
    }
  }
  if (object.spec?.['group'] !== live.spec?.['group'])
    faults.push(fault.invalid('spec.group', object.spec?.['group'], 'field is immutable'));
  const names = new Set((object.spec?.['versions'] ?? []).map((version: Fields) => version['name']));
  (object.status?.['storedVersions'] ?? []).forEach((stored: string, index: number) => {
    if (!names.has(stored)) {
      const why = `must appear in spec.versions`;
      faults.push(fault.invalid(`status.storedVersions[${index}]`, stored, why));
    }
  });
  return faults;
}
