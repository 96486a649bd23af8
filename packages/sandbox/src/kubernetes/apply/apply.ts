import { ApiError } from '../api-error.js';
import { badRequest } from '../errors.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Resource } from '../resources.js';
import { apiVersionOf } from '../resources.js';
import { fieldSchemaOf } from './field-schema.js';
import { FieldSet, formatPath } from './field-set.js';
import { claimedFields, createManagedFields, formatManaged, parseManaged } from './managed-fields.js';
import type { ManagedEntry } from './managed-fields.js';
import { compare, KeyError, merge, removeFields } from './typed.js';

/** Who applies. */
export interface ApplyRequest {
  readonly manager: string;
  /** Take over what others own instead of refusing. */
  readonly force: boolean;
  readonly time: string;
  readonly subresource?: string;
}

/** An object after an apply, before defaults and validation. */
export interface Applied {
  readonly object: KubeObject;
  /** `metadata.managedFields` of the result; the caller writes them as they are. */
  readonly managed: readonly Fields[];
}

/**
 * Server-side apply: merges a configuration into a live object (or none), moves ownership and drops what nobody owns any
 * longer.
 *
 * @throws {ApiError} 409 with a cause for each field another manager owns with another value; 400 for a list without keys
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/
 */
export function applyConfiguration(
  resource: Resource,
  live: KubeObject | undefined,
  config: KubeObject,
  request: ApplyRequest,
): Applied {
  const schema = fieldSchemaOf(resource);
  const base: KubeObject = live ?? { apiVersion: config.apiVersion, kind: config.kind, metadata: {} };
  try {
    let entries = parseManaged(live?.metadata.managedFields);
    if (live !== undefined && entries.length === 0) entries = [beforeFirstApply(resource, live)];
    const { managedFields: _managedFields, ...metadata } = base.metadata;
    const bare: KubeObject = { ...base, metadata };
    const claimed = claimedFields(schema, config);
    let merged = merge(schema, bare, config) as KubeObject;
    const isMine = (entry: ManagedEntry): boolean =>
      entry.manager === request.manager && entry.operation === 'Apply' && entry.subresource === request.subresource;
    const mine = entries.find(isMine);
    const others = entries.filter((entry) => entry !== mine);
    const changes = compare(schema, bare, merged);
    let moved = resolveConflicts(others, changes.modified.union(changes.added).intersection(claimed), request.force);
    if (mine !== undefined) {
      // A set may name parents that the claim does not, but it claims them by what is in them.
      const kept = moved.reduce((all, { fields }) => all.union(withAncestors(fields)), withAncestors(claimed));
      merged = removeFields(schema, merged, onlyWhole(mine.fields.difference(kept))) as KubeObject;
      // What goes is nobody's any longer, in whatever part others owned it.
      const { removed } = compare(schema, bare, merged);
      moved = moved.map((entry) => ({ ...entry, fields: entry.fields.difference(removed) }));
    }
    const entry: ManagedEntry = {
      manager: request.manager,
      operation: 'Apply',
      apiVersion: apiVersionOf(resource),
      time: request.time,
      ...(request.subresource === undefined ? {} : { subresource: request.subresource }),
      fields: claimed,
    };
    const isSame = mine !== undefined && JSON.stringify(mine.fields.format()) === JSON.stringify(claimed.format());
    const managed = formatManaged([...moved, isSame ? { ...entry, time: mine.time } : entry]);
    return { object: merged, managed };
  } catch (error) {
    if (error instanceof KeyError)
      throw badRequest(
        `failed to create typed patch object (${config.metadata.namespace ?? ''}/${config.metadata.name ?? ''}; ${config.apiVersion}, Kind=${config.kind}): ${error.message}`,
      );
    throw error;
  }
}

// What is there already counts as written in one go by somebody unknown.
function beforeFirstApply(resource: Resource, live: KubeObject): ManagedEntry {
  const { apiVersion } = live;
  const time = live.metadata.creationTimestamp ?? '';
  const [entry] = parseManaged(
    createManagedFields(resource, live, { manager: 'before-first-apply', apiVersion, time }),
  );
  return entry ?? { manager: 'before-first-apply', operation: 'Update', apiVersion, time, fields: new FieldSet() };
}

/** Entries of the others without what they lose. @throws {ApiError} 409 */
function resolveConflicts(others: readonly ManagedEntry[], changed: FieldSet, force: boolean): ManagedEntry[] {
  const conflicts = others
    .map((entry) => ({ entry, paths: [...entry.fields.intersection(changed).paths()].map(formatPath) }))
    .filter(({ paths }) => paths.length > 0);
  if (conflicts.length === 0) return [...others];
  if (!force) throw conflictError(conflicts);
  return others.map((entry) => ({ ...entry, fields: entry.fields.difference(changed) }));
}

function conflictError(conflicts: readonly { entry: ManagedEntry; paths: string[] }[]): ApiError {
  const named = ({ manager, operation, apiVersion, subresource }: ManagedEntry): string =>
    JSON.stringify(manager) +
    (subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`) +
    (operation === 'Update' ? ` using ${apiVersion}` : '');
  const causes = conflicts.flatMap(({ entry, paths }) =>
    paths.map((field) => ({ reason: 'FieldManagerConflict', message: `conflict with ${named(entry)}`, field })),
  );
  const count = causes.length;
  const parts = [...conflicts]
    .sort((a, b) => (a.entry.manager < b.entry.manager ? -1 : a.entry.manager > b.entry.manager ? 1 : 0))
    .map(({ entry, paths }) =>
      count === 1
        ? `conflict with ${named(entry)}: ${paths[0]}`
        : `conflicts with ${named(entry)}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
    );
  const message = `Apply failed with ${count} conflict${count === 1 ? '' : 's'}: ${parts.join('\n')}`;
  return new ApiError({ code: 409, reason: 'Conflict', message, details: { causes } });
}

/**
 * With the structs and maps above a member members too: they live while anything below them is owned. An element of a
 * list does not: it goes with who owned it as a whole, whatever others owned of it.
 */
function withAncestors(set: FieldSet): FieldSet {
  const result = set.clone();
  const mark = (node: FieldSet, name: string): boolean => {
    let any = node.member;
    for (const [below, child] of node.children) any = mark(child, below) || any;
    if (!name.startsWith('k:')) node.member = any;
    return any;
  };
  mark(result, '');
  return result;
}

/** A keyed element goes only when it is given up as a whole; its own key fields must not go alone. */
function onlyWhole(gone: FieldSet): FieldSet {
  const result = gone.clone();
  const walk = (node: FieldSet): void => {
    for (const [name, child] of node.children) {
      if (name.startsWith('k:') && !child.member) {
        const keys = Object.keys(JSON.parse(name.slice(2)) as Fields);
        for (const key of keys) child.delete(`f:${key}`);
      }
      walk(child);
    }
  };
  walk(result);
  return result;
}
