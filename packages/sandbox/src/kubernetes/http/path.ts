/** A path of the API taken apart. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** The path was under `/watch/`. */
  readonly isWatch: boolean;
}

/**
 * Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`: `[watch/][namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]`. `undefined` for
 * other paths and for those too short to name a resource.
 */
export function parsePath(pathname: string): ResourcePath | undefined {
  const segments = pathname.split('/').slice(1);
  if (segments.at(-1) === '') segments.pop();
  const parts = segments.map(decode);
  const [root] = parts;
  let rest: string[];
  let group = '';
  let version: string;
  if (root === 'api') [, version = '', ...rest] = parts;
  else if (root === 'apis') [, group = '', version = '', ...rest] = parts;
  else return undefined;
  if (rest.length === 0) return undefined;
  const isWatch = rest[0] === 'watch' && rest.length > 1;
  if (isWatch) rest = rest.slice(1);
  const base = { group, version, isWatch };
  // `namespaces/NS/status` and `/finalize` are subresources of the namespace itself.
  const [first = '', second, third, fourth, fifth, ...more] = rest;
  if (more.length > 0) return { ...base, resource: '' };
  if (
    first === 'namespaces' &&
    second !== undefined &&
    third !== undefined &&
    !(group === '' && ['status', 'finalize'].includes(third) && fourth === undefined)
  ) {
    return { ...base, namespace: second, resource: third, ...named(fourth, fifth) };
  }
  return { ...base, resource: first, ...named(second, third), ...(fourth === undefined ? {} : { resource: '' }) };
}

function named(name: string | undefined, subresource: string | undefined): { name?: string; subresource?: string } {
  return { ...(name === undefined ? {} : { name }), ...(subresource === undefined ? {} : { subresource }) };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
