/** Are two trees of plain data equal? Members that are `undefined` count as absent. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => isEqual(item, b[index]));
  }
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = b as Record<string, unknown>;
  const size = Object.values(right).filter((value) => value !== undefined).length;
  return left.length === size && left.every(([key, value]) => Object.hasOwn(right, key) && isEqual(value, right[key]));
}

/** A copy of a tree of plain data, many times faster than `structuredClone`. */
export function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    // A member of this name would be taken for the prototype.
    if (name === '__proto__')
      Object.defineProperty(copy, name, { value: copyOf(inner), writable: true, enumerable: true, configurable: true });
    else copy[name] = copyOf(inner);
  }
  return copy as T;
}

/** Is this a JSON object (not a list, not null)? */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
