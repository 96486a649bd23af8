import { isEqual, isObject } from '../equal.js';
import { badRequest } from '../errors.js';
import type { Field, StructType, TypeNode } from '../schema/types.js';

type Json = Record<string, unknown>;

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const ORDER = '$setElementOrder/';
const DELETE = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch to a copy of an object of a built-in type.
 *
 * @throws {ApiError} 400 for an unknown directive, a list where an object belongs, or an element without its merge key
 * @see https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */
export function applyStrategicPatch(type: StructType, target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) throw badRequest('invalid JSON document');
  return mergeMap(type, isObject(target) ? target : {}, patch);
}

function mergeMap(type: TypeNode, target: Json, patch: Json): Json {
  if (DIRECTIVE in patch) {
    const { [DIRECTIVE]: directive, ...rest } = patch;
    if (directive === 'replace') return strip(rest) as Json;
    if (directive === 'delete') return {};
    throw badRequest(`unknown patch type: ${String(directive)} in map: ${JSON.stringify(rest)}`);
  }
  const result: Json = { ...target };
  const retained = patch[RETAIN];
  if (Array.isArray(retained)) {
    for (const name of Object.keys(result)) if (!retained.includes(name)) delete result[name];
  }
  for (const [name, value] of Object.entries(patch)) {
    if (name === RETAIN || name.startsWith(ORDER)) continue;
    if (name.startsWith(DELETE)) {
      const list = name.slice(DELETE.length);
      if (Array.isArray(result[list]) && Array.isArray(value) && !Object.hasOwn(patch, list)) {
        result[list] = (result[list] as unknown[]).filter((item) => !value.some((gone) => isEqual(gone, item)));
      }
      continue;
    }
    const merged = mergeMember(memberOf(type, name), result[name], value, patch, name);
    if (merged === undefined) delete result[name];
    else result[name] = merged;
  }
  reorder(type, target, result, patch);
  return result;
}

interface Member {
  readonly type: TypeNode | undefined;
  readonly field: Field | undefined;
}

function memberOf(type: TypeNode, name: string): Member {
  if (type.kind === 'map') return { type: type.of, field: undefined };
  const field = type.kind === 'struct' ? type.fields.get(name) : undefined;
  return { type: field?.type, field };
}

function mergeMember(member: Member, target: unknown, value: unknown, patch: Json, name: string): unknown {
  if (value === null) return undefined;
  const { type, field } = member;
  if (isObject(value)) {
    // What was there loses its members; it stays itself, as Go's empty struct.
    if (value[DIRECTIVE] === 'delete') return isObject(target) ? {} : undefined;
    const node: TypeNode = type ?? { kind: 'map', of: { kind: 'scalar', name: 'any' } };
    if (node.kind === 'scalar' && node.name !== 'any') return strip(value);
    return mergeMap(node, isObject(target) ? target : {}, value);
  }
  if (!Array.isArray(value) || type?.kind !== 'list') return strip(value);
  // A list that is one unit is replaced; what looks like a directive in it is a field that nobody knows.
  if (field?.merge !== true) return Array.isArray(target) ? value : strip(value);
  // What is not there is taken as it comes.
  if (target === undefined || target === null) return strip(value.filter((item) => !isReplace(item)));
  const gone = patch[DELETE + name];
  const before = Array.isArray(target) ? (target as unknown[]) : [];
  if (field.mergeKey === undefined) {
    const left = before.filter((item) => !(Array.isArray(gone) && gone.some((other) => isEqual(other, item))));
    const merged = [...left, ...value.filter((item) => !left.some((other) => isEqual(other, item)))];
    return inOrder(merged, { wanted: value, keyOf: (item) => item, before });
  }
  const { mergeKey } = field;
  const merged = mergeList(type.of, mergeKey, { target: before, patch: value, name });
  // Go's list that nothing was appended to: it is none, not empty.
  if (merged.length === 0) return null;
  const keyOf = (item: unknown): unknown => (isObject(item) ? item[mergeKey] : item);
  return inOrder(merged, { wanted: value.map(keyOf), keyOf, before });
}

function isReplace(item: unknown): boolean {
  return isObject(item) && item[DIRECTIVE] === 'replace';
}

interface Lists {
  readonly target: readonly unknown[];
  readonly patch: readonly unknown[];
  readonly name: string;
}

function mergeList(type: TypeNode, key: string, { target, patch, name }: Lists): unknown[] {
  if (patch.some((item) => isObject(item) && item[DIRECTIVE] === 'replace')) {
    return patch.filter((item) => !isReplace(item)).map(strip);
  }
  let result = [...target];
  for (const item of patch) {
    if (!isObject(item) || item[key] === undefined) {
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key} (in ${name})`);
    }
    const isSame = (other: unknown): boolean => isObject(other) && isEqual(other[key], item[key]);
    if (item[DIRECTIVE] === 'delete') {
      result = result.filter((other) => !isSame(other));
      continue;
    }
    if (item[DIRECTIVE] !== undefined && item[DIRECTIVE] !== 'merge') {
      throw badRequest(`unknown patch type: ${JSON.stringify(item[DIRECTIVE])}`);
    }
    const at = result.findIndex(isSame);
    if (at >= 0) result[at] = mergeMap(type, result[at] as Json, item);
    else result.push(mergeMap(type, {}, item));
  }
  return result;
}

/** Puts lists in the order that `$setElementOrder/…` asks for. */
function reorder(type: TypeNode, target: Json, result: Json, patch: Json): void {
  for (const [name, order] of Object.entries(patch)) {
    if (!name.startsWith(ORDER) || !Array.isArray(order)) continue;
    const list = name.slice(ORDER.length);
    const items = result[list];
    if (!Array.isArray(items)) continue;
    const { field } = memberOf(type, list);
    const key = field?.mergeKey;
    const keyOf = (item: unknown): unknown => (key !== undefined && isObject(item) ? item[key] : item);
    const wanted = order.map(keyOf);
    const before = Array.isArray(target[list]) ? (target[list] as unknown[]) : [];
    result[list] = inOrder(items, { wanted, keyOf, before });
  }
}

interface Order {
  readonly wanted: readonly unknown[];
  readonly keyOf: (item: unknown) => unknown;
  readonly before: readonly unknown[];
}

// Elements that are named come in the order they are named in; those only the server has keep their place before or after
// the named ones they stood before or after. Named ones that are new go first.
function inOrder(items: readonly unknown[], { wanted, keyOf, before }: Order): unknown[] {
  const rank = (item: unknown): number => wanted.findIndex((one) => isEqual(one, keyOf(item)));
  const named = items.filter((item) => rank(item) >= 0).sort((a, b) => rank(a) - rank(b));
  const place = (item: unknown): number => before.findIndex((one) => isEqual(keyOf(one), keyOf(item)));
  const result: unknown[] = [];
  for (const other of items.filter((item) => rank(item) < 0)) {
    while (named.length > 0 && place(named[0]) < place(other)) result.push(named.shift());
    result.push(other);
  }
  return [...result, ...named];
}

/** Without directives: what remains when there is nothing to merge with. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !(isObject(item) && item[DIRECTIVE] === 'delete')).map(strip);
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value)
    .filter(
      ([name, member]) =>
        !(name === DIRECTIVE || name === RETAIN || name.startsWith(ORDER) || name.startsWith(DELETE)) &&
        member !== null,
    )
    .map(([name, member]) => [name, strip(member)]);
  return Object.fromEntries(entries);
}
