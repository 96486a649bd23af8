/** Merges `over` into a copy of `base`: objects merge, lists and scalars replace, `null` removes, `undefined` keeps. */
export function mergeFields(base: unknown, over: unknown): unknown {
  if (!isFields(base) || !isFields(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    // A key of this name would set the prototype instead of a field.
    if (value === undefined || key === '__proto__') continue;
    if (value === null) delete merged[key];
    else merged[key] = mergeFields(Object.hasOwn(merged, key) ? merged[key] : {}, value);
  }
  return merged;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
