import { PipelineError } from './errors.js';
import type { Json } from './json.js';

/**
 * A value as a resumed run would read it from the journal: its own copy, through JSON. `undefined` stays.
 *
 * @throws {PipelineError} `OUTPUT_NOT_JSON` for cycles, big integers and functions.
 */
export function toJson(value: unknown): Json | undefined {
  if (value === undefined) return undefined;
  const copy = copyPlain(value, 0);
  if (copy !== UNSURE) return copy as Json;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw notJson(cause);
  }
  if (text === undefined) throw notJson();
  return JSON.parse(text) as Json;
}

const UNSURE = Symbol('not plain enough');
const DEEPEST = 32;

/**
 * Copies what JSON gives back unchanged, in a fraction of the time that text takes; `UNSURE` for all the rest, be it
 * deep, cyclic, or with a say of its own in what becomes of it.
 */
function copyPlain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : UNSURE;
    case 'object':
      if (value === null) return null;
      if (depth === DEEPEST) return UNSURE;
      return Array.isArray(value)
        ? copyList(value, depth + 1)
        : copyRecord(value as Record<string, unknown>, depth + 1);
    default:
      return UNSURE;
  }
}

function copyList(list: readonly unknown[], depth: number): unknown {
  if ((list as { toJSON?: unknown }).toJSON !== undefined) return UNSURE;
  const copy: unknown[] = [];
  for (let at = 0; at < list.length; at += 1) {
    const item = copyPlain(list[at], depth);
    if (item === UNSURE) return UNSURE;
    copy.push(item);
  }
  return copy;
}

function copyRecord(record: Readonly<Record<string, unknown>>, depth: number): unknown {
  const prototype: unknown = Object.getPrototypeOf(record);
  if ((prototype !== Object.prototype && prototype !== null) || record['toJSON'] !== undefined) return UNSURE;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(record)) {
    const field = record[key];
    if (field === undefined) continue;
    const item = copyPlain(field, depth);
    if (item === UNSURE || key === '__proto__') return UNSURE;
    copy[key] = item;
  }
  return copy;
}

function notJson(cause?: unknown): PipelineError {
  return new PipelineError('OUTPUT_NOT_JSON', 'a value cannot be written as JSON', {
    cause,
    hint: 'Return and checkpoint plain data only.',
  });
}
