/** Address of a page below the base, for `<Link>`. */
export function gridAddress(job: string): string {
  return `/grid/${encodePath(job)}`;
}

/** What of a run is looked at. */
export interface RunPlace {
  readonly tab?: string;
  readonly task?: string;
  readonly test?: string;
  readonly file?: string;
  /** `12` or `12-20`. */
  readonly line?: string;
}

export function runAddress(run: string, place: RunPlace = {}): string {
  const query = new URLSearchParams(Object.entries(place).filter(([, value]) => value !== undefined));
  return `/run/${encodePath(run)}${query.size === 0 ? '' : `?${query}`}`;
}

export function compareAddress(a: string, b: string): string {
  return `/compare?${new URLSearchParams({ a, b })}`;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** A range of lines as the address has it; `undefined` for what is none. */
export function parseLines(text: string | null): { readonly from: number; readonly to: number } | undefined {
  const [, first, last] = /^([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/.exec(text ?? '') ?? [];
  if (first === undefined) return undefined;
  const [a, b] = [Number(first), Number(last ?? first)];
  return { from: Math.min(a, b), to: Math.max(a, b) };
}
