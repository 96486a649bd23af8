import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Document } from 'yaml';

/**
 * What a field may hold, in the terms of helm, which reads YAML into Go's types: `text` takes numbers and booleans too, as they
 * are written; `flag` only what is a boolean to YAML 1.1. Nothing at all (`null`) fits every shape.
 */
export type Shape =
  | 'text'
  | 'flag'
  | 'time'
  | 'any'
  | { readonly list: Shape; /** Whether an empty item is refused. @default false */ readonly noEmpty?: boolean }
  | { readonly valuesOf: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> };

/** A value of another shape than its field has. */
export interface Misshapen {
  /** `dependencies[0].alias`; empty for the document itself. */
  readonly path: string;
  /** Where it stands in the text. */
  readonly offset: number;
  /** What would have been right: `a list`. */
  readonly expected: string;
}

const flags = /^(?:y|yes|on|true|n|no|off|false)$/i;
/** @see https://pkg.go.dev/time#Time.UnmarshalJSON */
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** The first value that does not fit; fields that the shape does not name hold anything. */
export function findMisshapen(document: Document.Parsed, shape: Shape): Misshapen | undefined {
  return look(document.contents, shape, '', { document, offset: 0 });
}

interface Place {
  readonly document: Document.Parsed;
  /** Of what is around, for values that are not written out. */
  readonly offset: number;
}

function look(given: unknown, shape: Shape, path: string, place: Place): Misshapen | undefined {
  const offset = (given as { range?: readonly number[] | null } | null)?.range?.[0] ?? place.offset;
  const node: unknown = isAlias(given) ? given.resolve(place.document) : given;
  const here = { ...place, offset };
  const wrong = (expected: string): Misshapen => ({ path, offset, expected });
  if (shape === 'any' || node === null || node === undefined || (isScalar(node) && node.value === null)) {
    return undefined;
  }
  if (shape === 'text') return isScalar(node) ? undefined : wrong('a text');
  if (shape === 'flag') {
    const isFlag =
      isScalar(node) && (node.type ?? 'PLAIN') === 'PLAIN' && flags.test(node.source ?? String(node.value));
    return isFlag ? undefined : wrong('true or false');
  }
  if (shape === 'time') {
    const isTime = isScalar(node) && rfc3339.test(node.source ?? String(node.value));
    return isTime ? undefined : wrong('a time, such as 2026-01-02T03:04:05Z');
  }
  if ('list' in shape) {
    if (!isSeq(node)) return wrong('a list');
    return first(node.items, (item, index) => {
      const isEmpty = item === null || (isScalar(item) && item.value === null);
      if (isEmpty && shape.noEmpty === true) return { path: `${path}[${index}]`, offset, expected: 'an item' };
      return look(item, shape.list, `${path}[${index}]`, here);
    });
  }
  if (!isMap(node)) return wrong('a map');
  return first(node.items, ({ key, value }) => {
    const name = isScalar(key) ? String(key.value) : '';
    // Go takes a field by its name in any case.
    const of = 'valuesOf' in shape ? shape.valuesOf : (shape.fields[name] ?? shape.fields[fieldOf(shape.fields, name)]);
    const at = { ...here, offset: (key as { range?: readonly number[] } | null)?.range?.[0] ?? offset };
    return of === undefined ? undefined : look(value, of, path === '' ? name : `${path}.${name}`, at);
  });
}

function fieldOf(fields: Readonly<Record<string, Shape>>, name: string): string {
  const lower = name.toLowerCase();
  return Object.keys(fields).find((each) => each.toLowerCase() === lower) ?? '';
}

function first<T>(items: readonly T[], find: (item: T, index: number) => Misshapen | undefined): Misshapen | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
