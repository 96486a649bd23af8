import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { emptyOf } from '../schema/decode.js';
import { fieldSchemaOf } from './field-schema.js';
import { FieldSet } from './field-set.js';
import { compare, fieldsOf, KeyError } from './typed.js';
import type { FieldSchema } from './field-schema.js';

/** Who made a change, and when. */
export interface ChangeEntry {
  readonly manager: string;
  readonly apiVersion: string;
  readonly time: string;
  readonly subresource?: string | undefined;
}

/** One decoded entry of `metadata.managedFields`. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly subresource?: string;
  readonly fields: FieldSet;
}

// What the server sets or what identifies the object belongs to nobody.
const STRIPPED = FieldSet.parse({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
    'f:deletionTimestamp': {},
    'f:deletionGracePeriodSeconds': {},
  },
});

/** Takes out of a set what nobody can own. */
export function stripFields(set: FieldSet): FieldSet {
  return set.difference(STRIPPED);
}

/** Decodes `metadata.managedFields`; entries that make no sense are left out. */
export function parseManaged(fields: readonly Fields[] | undefined): ManagedEntry[] {
  return (fields ?? [])
    .filter(({ operation }) => operation === 'Apply' || operation === 'Update')
    .map((entry) => ({
      manager: entry['manager'] ?? '',
      operation: entry['operation'],
      apiVersion: entry['apiVersion'] ?? '',
      time: entry['time'] ?? '',
      ...(entry['subresource'] === undefined || entry['subresource'] === ''
        ? {}
        : { subresource: entry['subresource'] }),
      fields: FieldSet.parse(entry['fieldsV1']),
    }));
}

/** Inverse of {@link parseManaged}, in the real order: Apply first, then by time and name. Empty entries are left out. */
export function formatManaged(entries: readonly ManagedEntry[]): Fields[] {
  const order = (entry: ManagedEntry): string => `${entry.operation} ${entry.operation === 'Apply' ? '' : entry.time}`;
  return entries
    .filter(({ fields }) => !fields.isEmpty())
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) =>
      order(a.entry) < order(b.entry)
        ? -1
        : order(a.entry) > order(b.entry)
          ? 1
          : a.entry.manager < b.entry.manager
            ? -1
            : a.entry.manager > b.entry.manager
              ? 1
              : a.index - b.index,
    )
    .map(({ entry: { manager, operation, apiVersion, time, subresource, fields } }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: fields.format(),
      ...(subresource === undefined ? {} : { subresource }),
    }));
}

/** The object as an ownership comparison sees it: without what nobody owns. */
function comparable(object: KubeObject): Fields {
  const { managedFields: _managedFields, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** An object of this kind with nothing in it: members that are always there are not "added" by who creates. */
function emptyObject(resource: Resource): Readonly<Fields> {
  if (resource.type === undefined) return { metadata: {} };
  return emptyOf(resource.type);
}

/** managedFields of an object just created by anything but apply. */
export function createManagedFields(resource: Resource, object: KubeObject, entry: ChangeEntry): Fields[] {
  return updateManagedFields(resource, { ...emptyObject(resource), metadata: {} } as KubeObject, object, entry);
}

/**
 * managedFields after a write by anything but apply: the writer takes over what it changed. An empty list (or a list of
 * one empty entry) on the new object clears them first.
 */
export function updateManagedFields(
  resource: Resource,
  live: KubeObject,
  next: KubeObject,
  entry: ChangeEntry,
): Fields[] {
  const isNew = live.metadata.uid === undefined;
  const given = isNew ? [] : (next.metadata.managedFields ?? []);
  // Cleared by the writer, or never tracked: it stays so until someone applies.
  if (!isNew && given.every((one) => Object.keys(one).length === 0)) return [];
  const schema = fieldSchemaOf(resource);
  try {
    return formatManaged(takeOver(schema, parseManaged(given), live, next, entry));
  } catch (error) {
    // Whose the elements are cannot be told without their keys; whether they may be there at all is for validation to say.
    if (error instanceof KeyError) return [];
    throw error;
  }
}

/** Entries after `entry.manager` changed `live` into `next`. */
export function takeOver(
  schema: FieldSchema,
  entries: readonly ManagedEntry[],
  live: KubeObject,
  next: KubeObject,
  entry: ChangeEntry,
): ManagedEntry[] {
  const { added, modified, removed } = compare(schema, comparable(live), comparable(next));
  const changed = stripFields(added.union(modified));
  const gone = removed.union(new FieldSet());
  const isSame = (other: ManagedEntry): boolean =>
    other.manager === entry.manager &&
    other.operation === 'Update' &&
    other.apiVersion === entry.apiVersion &&
    other.subresource === entry.subresource;
  const mine = entries.find(isSame);
  const others = entries
    .filter((other) => other !== mine)
    .map((other) => ({ ...other, fields: other.fields.difference(changed).difference(gone) }));
  if (changed.isEmpty() && stripFields(gone).isEmpty()) return [...entries];
  const fields = (mine?.fields ?? new FieldSet()).difference(gone).union(changed);
  const own: ManagedEntry = {
    manager: entry.manager,
    operation: 'Update',
    apiVersion: entry.apiVersion,
    time: entry.time,
    ...(entry.subresource === undefined ? {} : { subresource: entry.subresource }),
    fields,
  };
  return [...others, own];
}

/** What a configuration claims. */
export function claimedFields(schema: FieldSchema, config: KubeObject): FieldSet {
  return stripFields(fieldsOf(schema, comparable(config)));
}
