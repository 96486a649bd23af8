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
