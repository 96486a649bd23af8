import { isObject } from '../equal.js';
import type { Fields } from '../kube-api.js';

const ROOT_MEMBERS = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Removes members the schema does not know, at every level, in place.
 *
 * @param unknownFields collects their paths
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
export function pruneToSchema(schema: Fields, object: Record<string, unknown>, unknownFields: string[]): void {
  pruneObject(schema, object, '', unknownFields, true);
}

function pruneObject(
  schema: Fields,
  object: Record<string, unknown>,
  path: string,
  gone: string[],
  isRoot: boolean,
): void {
  const keep = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const properties: Record<string, Fields> = schema['properties'] ?? {};
  const additional: unknown = schema['additionalProperties'];
  for (const [name, value] of Object.entries(object)) {
    if (isRoot && ROOT_MEMBERS.has(name)) continue;
    const at = path === '' ? name : `${path}.${name}`;
    if (Object.hasOwn(properties, name)) prune(properties[name] ?? {}, value, at, gone);
    else if (isObject(additional)) prune(additional, value, at, gone);
    else if (additional !== true && !keep) {
      gone.push(at);
      delete object[name];
    }
  }
}

function prune(schema: Fields, value: unknown, path: string, gone: string[]): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => prune(schema['items'] ?? {}, item, `${path}[${index}]`, gone));
  } else if (isObject(value)) {
    const embedded = schema['x-kubernetes-embedded-resource'] === true;
    if (schema['x-kubernetes-preserve-unknown-fields'] === true && schema['properties'] === undefined) return;
    pruneObject(schema, value, path, gone, embedded);
  }
}

/** Fills in the schema's defaults in place, also where a `null` stands on a field that may not be null. */
export function applySchemaDefaults(schema: Fields, value: unknown, isRoot = true): void {
  if (Array.isArray(value)) {
    for (const item of value) if (schema['items'] !== undefined) applySchemaDefaults(schema['items'], item, false);
    return;
  }
  if (!isObject(value)) return;
  const properties: Record<string, Fields> = schema['properties'] ?? {};
  for (const [name, property] of Object.entries(properties)) {
    if (isRoot && ROOT_MEMBERS.has(name)) continue;
    const missing = value[name] === undefined || (value[name] === null && property['nullable'] !== true);
    if (missing && property['default'] !== undefined) value[name] = structuredClone(property['default']);
    else if (missing) delete value[name]; // a null where none may be counts as absent
    if (value[name] !== undefined) applySchemaDefaults(property, value[name], false);
  }
  if (isObject(schema['additionalProperties'])) {
    for (const [name, member] of Object.entries(value)) {
      if (!Object.hasOwn(properties, name)) applySchemaDefaults(schema['additionalProperties'], member, false);
    }
  }
}
