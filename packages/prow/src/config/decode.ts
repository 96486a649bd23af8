import { parseGoDuration } from './go-duration.js';
import type { Path } from './yaml-file.js';

/** What a field of a config holds, as data. */
export type Shape =
  | { readonly kind: 'text' | 'flag' | 'integer' | 'number' | 'duration' | 'any' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'record'; readonly of: Shape }
  | {
      readonly kind: 'fields';
      readonly fields: Readonly<Record<string, Shape>>;
      /** Whether fields that are not listed are kept without a word. @default false */
      readonly open?: boolean;
    };

export const text: Shape = { kind: 'text' };
export const flag: Shape = { kind: 'flag' };
export const integer: Shape = { kind: 'integer' };
/** Text such as `2h`, or whole nanoseconds. */
export const duration: Shape = { kind: 'duration' };
export const anything: Shape = { kind: 'any' };
export const list = (of: Shape): Shape => ({ kind: 'list', of });
export const record = (of: Shape): Shape => ({ kind: 'record', of });
export const fields = (named: Readonly<Record<string, Shape>>): Shape => ({ kind: 'fields', fields: named });
export const openFields = (named: Readonly<Record<string, Shape>>): Shape =>
  ({ ...fields(named), open: true }) as Shape;

/** Who is told while a value is decoded. */
export interface DecodeListener {
  /** A value of the wrong type; it is left out of the result. */
  onWrong(path: Path, message: string): void;
  /** A field nobody knows; it is left out of the result. */
  onUnknown(path: Path): void;
}

/**
 * Decodes data as Go's JSON decoder would after YAML: field names in any case, `null` is nothing, numbers and booleans become
 * text where text is wanted, any other wrong type is an error. All that is wrong is told, not only the first.
 */
export function decode(value: unknown, shape: Shape, path: Path, listener: DecodeListener): unknown {
  if (value === null || value === undefined) return undefined;
  const wrong = (wanted: string): undefined => {
    listener.onWrong(path, `${formatPath(path)} is ${describe(value)}, not ${wanted}`);
    return undefined;
  };
  switch (shape.kind) {
    case 'any':
      return value;
    case 'text':
      return isScalar(value) ? String(value) : wrong('text');
    case 'flag':
      return typeof value === 'boolean' ? value : wrong('true or false');
    case 'integer':
      return Number.isInteger(value) ? value : wrong('a whole number');
    case 'number':
      return typeof value === 'number' ? value : wrong('a number');
    case 'duration':
      return isDuration(value) ? value : wrong('a duration such as 2h or 1h30m');
    case 'list':
      if (!Array.isArray(value)) return wrong('a list');
      return (
        value
          // An item of nothing is one without any field, not none.
          .map((item, at) =>
            decode(item ?? (shape.of.kind === 'fields' ? {} : item), shape.of, [...path, at], listener),
          )
          .filter((item) => item !== undefined)
      );
    case 'record':
      return isObject(value) ? decodeEntries(value, () => shape.of, path, listener) : wrong('an object');
    case 'fields': {
      if (!isObject(value)) return wrong('an object');
      const find = (name: string) =>
        Object.hasOwn(shape.fields, name) ? shape.fields[name] : shape.open === true ? anything : undefined;
      const known = Object.keys(shape.fields);
      const spelling = (key: string) =>
        Object.hasOwn(shape.fields, key)
          ? key
          : (known.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key);
      return decodeEntries(value, find, path, listener, spelling);
    }
  }
}

function decodeEntries(
  value: Readonly<Record<string, unknown>>,
  shapeOf: (name: string) => Shape | undefined,
  path: Path,
  listener: DecodeListener,
  spelling = (key: string) => key,
): Record<string, unknown> {
  const decoded: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value)) {
    const name = spelling(key);
    const shape = shapeOf(name);
    if (shape === undefined) {
      listener.onUnknown([...path, key]);
      continue;
    }
    const one = decode(item, shape, [...path, key], listener);
    if (one !== undefined) decoded.push([name, one]);
  }
  return Object.fromEntries(decoded);
}

/** `presubmits.acme/widgets[0].name` */
export function formatPath(path: Path): string {
  const joined = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return joined === '' ? 'the file' : joined.replace(/^\./, '');
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  return typeof value === 'string' ? `the text ${JSON.stringify(value)}` : String(value);
}

function isDuration(value: unknown): boolean {
  if (typeof value !== 'string') return Number.isInteger(value);
  try {
    parseGoDuration(value);
    return true;
  } catch {
    return false; // a ProwError, which says the same
  }
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
