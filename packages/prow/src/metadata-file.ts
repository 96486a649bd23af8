import { ProwError } from './errors.js';

/** Types of fields, as Go's decoder knows them. */
type FieldType = 'integer' | 'string' | 'strings' | 'boolean' | 'object';

const maxLength = 10 * 1024 * 1024;
/** Strings are matched first, so that what looks like a number in them is left alone. */
const stringsAndNumbers = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;

/**
 * Reads a flat JSON object as Go's decoder would: keys in any case, unknown keys and nulls ignored, a wrong type an error,
 * and an integer only when it is written as one (`1.0` and `1e9` are not).
 *
 * @throws {ProwError} `MALFORMED`.
 */
export function parseMetadataFile(text: string, name: string, fields: Readonly<Record<string, FieldType>>): object {
  const malformed = (why: string, cause?: unknown) =>
    new ProwError('MALFORMED', `${name} is malformed: ${why}`, { cause });
  if (text.length > maxLength) throw malformed(`${text.length} characters`);
  let value: unknown;
  let marked: unknown;
  try {
    value = JSON.parse(text);
    // The same with every number that is not written as an integer made into something else.
    marked = JSON.parse(text.replace(stringsAndNumbers, (token) => (/^-?\d+$|^"/.test(token) ? token : '[]')));
  } catch (cause) {
    throw malformed(text.trim() === '' ? 'it is empty' : 'not JSON', cause);
  }
  if (!isObject(value) || !isObject(marked)) throw malformed('not an object');
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const known = Object.keys(fields).find((candidate) => candidate.toLowerCase() === key.toLowerCase());
    if (known === undefined || field === null) continue;
    const type = fields[known];
    if (!(type === 'integer' ? Number.isInteger(marked[key]) : hasType(field, type))) {
      throw malformed(`${key} is not ${type === 'strings' ? 'an object of strings' : `of type ${type}`}`);
    }
    result[known] = field;
  }
  return result;
}

function hasType(value: unknown, type: FieldType | undefined): boolean {
  if (type === 'object') return isObject(value);
  if (type === 'strings') return isObject(value) && Object.values(value).every((item) => typeof item === 'string');
  return typeof value === type;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
