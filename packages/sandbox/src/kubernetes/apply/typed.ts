import { isEqual, isObject } from '../equal.js';
import type { FieldSchema } from './field-schema.js';
import { FieldSet, formatPath } from './field-set.js';

/** A list of keyed elements in which one lacks a key or appears twice. */
export class KeyError extends Error {
  static {
    this.prototype.name = 'KeyError';
  }
}

const ANY: FieldSchema = { kind: 'any' };

/** The parts of a value by path segment, or `undefined` where it is a unit. */
function partsOf(
  schema: FieldSchema,
  value: unknown,
): Map<string, { schema: FieldSchema; value: unknown }> | undefined {
  if (schema.kind === 'leaf') return undefined;
  if (schema.kind === 'keyed' || schema.kind === 'set') {
    if (value !== undefined && value !== null && !Array.isArray(value)) return undefined;
    const parts = new Map<string, { schema: FieldSchema; value: unknown }>();
    for (const item of value ?? []) {
      const name = schema.kind === 'set' ? `v:${JSON.stringify(item)}` : keyOf(schema, item);
      parts.set(name, { schema: schema.kind === 'set' ? { kind: 'leaf' } : schema.item, value: item });
    }
    return parts;
  }
  if (value !== undefined && value !== null && !isObject(value)) return undefined;
  const parts = new Map<string, { schema: FieldSchema; value: unknown }>();
  for (const [name, member] of Object.entries(value ?? {})) {
    if (member !== undefined)
      parts.set(`f:${name}`, { schema: schema.kind === 'any' ? ANY : schema.member(name), value: member });
  }
  return parts;
}

function keyOf(schema: Extract<FieldSchema, { kind: 'keyed' }>, item: unknown): string {
  const key: Record<string, unknown> = {};
  for (const name of [...schema.keys].sort()) {
    const value = (isObject(item) ? item[name] : undefined) ?? schema.defaults[name];
    if (value === undefined && schema.keys.length === 1) {
      throw new KeyError(`associative list with keys has an element that omits key field "${name}"`);
    }
    if (value !== undefined) key[name] = value;
  }
  return `k:${JSON.stringify(key)}`;
}

/**
 * The paths a configuration claims: leaves, empty objects, and the elements of keyed lists and sets.
 *
 * @throws {KeyError} when an element lacks its key or comes twice
 */
export function fieldsOf(schema: FieldSchema, value: unknown): FieldSet {
  const set = new FieldSet();
  addFields(schema, value, { set, path: [] });
  return set;
}

interface Claim {
  readonly set: FieldSet;
  readonly path: readonly string[];
}

function addFields(schema: FieldSchema, value: unknown, { set, path }: Claim): void {
  const parts = value === null ? undefined : distinctParts(schema, value, path);
  if (parts === undefined || parts.size === 0) {
    // A list of elements that has none claims nothing.
    set.member = value === null || (schema.kind !== 'keyed' && schema.kind !== 'set');
    return;
  }
  for (const [name, part] of parts) {
    const child = set.at(name);
    addFields(part.schema, part.value, { set: child, path: [...path, name] });
    if (name.startsWith('k:') || name.startsWith('v:')) child.member = true;
  }
}

function distinctParts(schema: FieldSchema, value: unknown, path: readonly string[]): ReturnType<typeof partsOf> {
  const parts = partsOf(schema, value);
  if ((schema.kind !== 'keyed' && schema.kind !== 'set') || !Array.isArray(value) || parts?.size === value.length)
    return parts;
  const names = value.map((item: unknown) =>
    schema.kind === 'set' ? `v:${JSON.stringify(item)}` : keyOf(schema, item),
  );
  const twice = names.find((name, index) => names.indexOf(name) !== index) ?? '';
  throw new KeyError(`${formatPath(path)}: duplicate entries for key ${formatPath([twice])}`);
}

/** What changed from one value to another. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two values path by path. `undefined` is absence. */
export function compare(schema: FieldSchema, before: unknown, after: unknown): Comparison {
  const comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  compareAt(schema, before, after, comparison);
  return comparison;
}

function compareAt(schema: FieldSchema, before: unknown, after: unknown, into: Comparison): void {
  if (before === after) return;
  if (before === undefined) return addAll(schema, after, into.added);
  if (after === undefined) return addAll(schema, before, into.removed);
  const left = before === null ? undefined : partsOf(schema, before);
  const right = after === null ? undefined : partsOf(schema, after);
  const isUnit = (value: unknown, parts: unknown): boolean => value !== null && parts === undefined;
  if (schema.kind === 'leaf' || isUnit(before, left) || isUnit(after, right)) {
    if (!isEqual(before, after)) into.modified.member = true;
    return;
  }
  for (const name of new Set([...(left?.keys() ?? []), ...(right?.keys() ?? [])])) {
    const [was, is] = [left?.get(name), right?.get(name)];
    const below = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
    compareAt(was?.schema ?? is?.schema ?? ANY, was?.value, is?.value, below);
    into.added.put(name, below.added);
    into.modified.put(name, below.modified);
    into.removed.put(name, below.removed);
  }
}

/** Every path of a value that was not there before, or is not any more. */
function addAll(schema: FieldSchema, value: unknown, set: FieldSet): void {
  set.member = true;
  const parts = value === null ? undefined : partsOf(schema, value);
  for (const [name, part] of parts ?? []) addAll(part.schema, part.value, set.at(name));
}

/** Lays a configuration over a live value: members and keyed elements are merged, units replaced, `null` removes. */
export function merge(schema: FieldSchema, live: unknown, config: unknown): unknown {
  if (config === undefined) return live;
  if (config === null || live === undefined || live === null) return structuredClone(config);
  if (schema.kind === 'leaf') return structuredClone(config);
  if (schema.kind === 'keyed' || schema.kind === 'set') {
    const left = partsOf(schema, live);
    const right = partsOf(schema, config);
    if (left === undefined || right === undefined) return structuredClone(config);
    return mergeLists(schema, left, right);
  }
  if (!isObject(live) || !isObject(config)) return structuredClone(config);
  const result: Record<string, unknown> = { ...live };
  for (const [name, value] of Object.entries(config)) {
    result[name] = merge(schema.kind === 'any' ? ANY : schema.member(name), live[name], value);
  }
  return result;
}

type Parts = Map<string, { schema: FieldSchema; value: unknown }>;

// Elements keep the order of the configuration; those only live stay in front of what they stood in front of.
function mergeLists(schema: FieldSchema, left: Parts, right: Parts): unknown[] {
  const item: FieldSchema = schema.kind === 'keyed' ? schema.item : { kind: 'leaf' };
  const result: unknown[] = [];
  const [lefts, rights] = [[...left.keys()], [...right.keys()]];
  for (let l = 0, r = 0; l < lefts.length || r < rights.length;) {
    const [ours = '', theirs = ''] = [lefts[l], rights[r]];
    if (l < lefts.length && !right.has(ours)) {
      result.push(left.get(ours)?.value);
      l += 1;
    } else if (r < rights.length) {
      const part = right.get(theirs)?.value;
      result.push(left.has(theirs) ? merge(item, left.get(theirs)?.value, part) : structuredClone(part));
      r += 1;
      if (left.has(theirs)) l += 1;
    } else l += 1;
  }
  return result;
}

/** Takes away what lies at the paths of a set; emptied objects and lists that the set names go too. */
export function removeFields(schema: FieldSchema, value: unknown, set: FieldSet): unknown {
  if (set.children.size === 0 || value === null || value === undefined) return value;
  if (schema.kind === 'keyed' || schema.kind === 'set') {
    const parts = partsOf(schema, value);
    if (parts === undefined) return value;
    const left: unknown[] = [];
    for (const [name, part] of parts) {
      const child = set.children.get(name);
      if (child?.member === true) continue;
      left.push(child === undefined ? part.value : removeFields(part.schema, part.value, child));
    }
    return left;
  }
  if (!isObject(value)) return value;
  const result: Record<string, unknown> = { ...value };
  for (const [segment, child] of set.children) {
    const name = segment.slice(2);
    if (child.member) delete result[name];
    else if (result[name] !== undefined) {
      const below = removeFields(schema.kind === 'members' ? schema.member(name) : ANY, result[name], child);
      result[name] = below;
      const emptied = isObject(below) ? Object.keys(below).length === 0 : Array.isArray(below) && below.length === 0;
      if (emptied && !isEqual(below, value[name])) delete result[name];
    }
  }
  return result;
}
