import type { Fields } from '../../kube-api.js';

/** Lays one tree over another: objects merge, all else replaces. */
export function overlay(below: Fields, above: Fields): Fields {
  const result: Fields = { ...below };
  for (const [name, value] of Object.entries(above)) {
    result[name] = isTree(value) && isTree(result[name]) ? overlay(result[name] as Fields, value) : (value as unknown);
  }
  return result;
}

/** Paths of the leaves, with their values. */
export function leavesOf(tree: Fields, path: readonly string[] = []): { path: readonly string[]; value: unknown }[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    isTree(value) && Object.keys(value).length > 0
      ? leavesOf(value, [...path, name])
      : [{ path: [...path, name], value: value as unknown }],
  );
}

function isTree(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The path of the map that a member is in: maps go as a whole, since 1.20 owns what is left of them otherwise. */
export function mapOf(path: readonly string[]): readonly string[] {
  const at = path.findIndex((name) =>
    ['labels', 'annotations', 'data', 'binaryData', 'map', 'free', 'unit'].includes(name),
  );
  return at < 0 ? path : path.slice(0, at + 1);
}

/** Without what 1.20 takes for not said in an apply: null, and empty objects with defaults. */
export function withoutEmpty(tree: Fields): Fields {
  const kept = Object.entries(tree).filter(([name, value]) => !(name === 'nested' && isEmpty(value)) && value !== null);
  const inner = kept.map(
    ([name, value]) =>
      [
        name,
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? withoutEmpty(value as Fields)
          : (value as unknown),
      ] as const,
  );
  return Object.fromEntries(inner.filter(([name, value]) => !(name === 'spec' && isEmpty(value))));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** Is there something at this path? */
export function has(tree: unknown, path: readonly string[]): boolean {
  let at: unknown = tree;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return false;
    at = (at as Fields)[name];
  }
  return true;
}

/** A copy with another value at this path. */
export function setLeaf(tree: Fields, path: readonly string[], value: unknown): Fields {
  const [first = '', ...rest] = path;
  return { ...tree, [first]: rest.length === 0 ? value : setLeaf((tree[first] ?? {}) as Fields, rest, value) };
}
