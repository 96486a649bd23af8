/** Where two values differ: a path and what is there. */
export interface Deviation {
  readonly path: string;
  readonly real: unknown;
  readonly ours: unknown;
}

/** All places in which two trees of plain data differ; `undefined` is absence. */
export function deviations(real: unknown, ours: unknown, path = ''): Deviation[] {
  if (Object.is(real, ours)) return [];
  if (Array.isArray(real) && Array.isArray(ours) && real.length === ours.length) {
    return real.flatMap((item, index) => deviations(item, ours[index], `${path}/${index}`));
  }
  if (isTree(real) && isTree(ours)) {
    const names = new Set([...Object.keys(real), ...Object.keys(ours)]);
    return [...names].flatMap((name) => deviations(real[name], ours[name], `${path}/${name}`));
  }
  return [{ path, real, ours }];
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
