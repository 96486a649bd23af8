import { canonicalQuantity } from '../quantity.js';
import { isObject } from '../equal.js';
import type { Field, ScalarName, StructType, TypeNode } from './types.js';

/** What reading a value through its type found out. */
export interface Decoded {
  /** Fields in declared order, without unknown and empty ones. */
  readonly value: Record<string, unknown>;
  /** Paths of members the type does not have: `spec.replicaz`, `spec.containers[0].imagee`. */
  readonly unknownFields: readonly string[];
}

/** A value whose JSON type does not fit the field; the server answers 400. */
export class DecodeError extends Error {
  static {
    this.prototype.name = 'DecodeError';
  }
}

/**
 * Reads a JSON object as the real server does when it decodes into a Go struct and encodes again: unknown members are
 * dropped, `null` and empty optional members too, quantities become canonical and times are cut to seconds.
 *
 * @throws {DecodeError} when a value has the wrong JSON type
 */
export function decode(type: StructType, value: unknown, path = ''): Decoded {
  const unknownFields: string[] = [];
  const result = decodeStruct({ unknownFields, owner: shortName(type) }, type, value, path);
  return { value: result, unknownFields };
}

interface Context {
  readonly unknownFields: string[];
  readonly owner: string;
}

function shortName(type: StructType): string {
  return type.name.slice(type.name.lastIndexOf('.') + 1);
}

function decodeStruct(context: Context, type: StructType, value: unknown, path: string): Record<string, unknown> {
  if (value === null || value === undefined) value = {};
  if (!isObject(value)) throw wrongType(value, path, `v1.${shortName(type)}`);
  const result: Record<string, unknown> = {};
  for (const field of type.fields.values()) {
    const given = value[field.name];
    // Most fields of most objects are not there.
    if ((given === undefined || given === null) && field.pointer) continue;
    const decoded = decodeField(context, field, given, path);
    if (decoded !== undefined) result[field.name] = decoded;
  }
  for (const name of Object.keys(value)) {
    if (type.fields.has(name) && name !== 'kind' && name !== 'apiVersion') continue;
    const typeMeta = (path === '' || hasTypeMeta(type)) && (name === 'kind' || name === 'apiVersion');
    if (!type.fields.has(name) && !typeMeta) context.unknownFields.push(join(path, name));
    if (typeMeta && path !== '' && value[name] !== '') result[name] = value[name];
  }
  return result;
}

const empties = new WeakMap<StructType, Readonly<Record<string, unknown>>>();

/** What {@link decode} makes of an object with nothing in it. The same each time: not to be changed. */
export function emptyOf(type: StructType): Readonly<Record<string, unknown>> {
  let empty = empties.get(type);
  if (empty === undefined) empties.set(type, (empty = decode(type, {}).value));
  return empty;
}

// Objects inside others (claim templates, delete options) keep their kind; templates of objects have none.
function hasTypeMeta(type: StructType): boolean {
  const metadata = type.fields.get('metadata')?.type;
  const isObject = metadata?.kind === 'struct' && metadata.name === 'meta/v1.ObjectMeta';
  return (isObject && !/Template(Spec)?$/.test(type.name)) || type.name === 'meta/v1.DeleteOptions';
}

function decodeField(context: Context, field: Field, value: unknown, parent: string): unknown {
  if (value === null || value === undefined) return zeroOf(context, field, parent);
  const path = join(parent, field.name);
  const decoded = decodeNode(context, field.type, value, path);
  if (field.omitEmpty && !field.pointer && isEmpty(decoded, field.type)) return undefined;
  if (field.omitZero && decoded === null) return undefined;
  // Protobuf, which objects are stored in, has no empty lists and maps: what is read again is none.
  if (!field.pointer && (field.type.kind === 'list' || field.type.kind === 'map') && isEmpty(decoded, field.type)) {
    return null;
  }
  return decoded;
}

function isEmpty(value: unknown, type: TypeNode): boolean {
  if (type.kind === 'struct') return false;
  if (Array.isArray(value)) return value.length === 0;
  if (type.kind === 'map') return Object.keys(value as object).length === 0;
  return value === '' || value === 0 || value === false;
}

function zeroOf(context: Context, field: Field, parent: string): unknown {
  if (field.type.kind === 'struct') return decodeStruct(context, field.type, {}, join(parent, field.name));
  if (field.type.kind === 'scalar' && (field.type.name === 'Time' || field.type.name === 'MicroTime')) {
    return field.omitZero ? undefined : null;
  }
  if (field.omitEmpty) return undefined;
  if (field.type.kind !== 'scalar') return null;
  switch (field.type.name) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
      return 0;
    case 'Quantity':
      return '0';
    case 'bytes':
      return null;
    default:
      return field.type.name === 'IntOrString' ? 0 : undefined;
  }
}

function decodeNode(context: Context, type: TypeNode, value: unknown, path: string): unknown {
  switch (type.kind) {
    case 'struct':
      return decodeStruct(context, type, value, path);
    case 'list':
      if (!Array.isArray(value)) throw wrongType(value, path, `[]${nameOf(type.of)}`);
      return value.map((item, index) => decodeItem(context, type.of, item, `${path}[${index}]`));
    case 'map': {
      if (!isObject(value)) throw wrongType(value, path, `map[string]${nameOf(type.of)}`);
      const entries = Object.keys(value)
        .sort()
        .map((key) => [key, decodeItem(context, type.of, value[key], join(path, key))]);
      return Object.fromEntries(entries);
    }
    case 'scalar':
      return decodeScalar(type.name, value, path);
  }
}

function decodeItem(context: Context, type: TypeNode, value: unknown, path: string): unknown {
  if (value === null && type.kind === 'scalar') return type.name === 'string' ? '' : null;
  return decodeNode(context, type, value, path);
}

function nameOf(type: TypeNode): string {
  if (type.kind === 'struct') return `v1.${shortName(type)}`;
  return type.kind === 'scalar' ? (goNames[type.name] ?? type.name) : 'interface {}';
}

const goNames: Partial<Record<ScalarName, string>> = {
  bytes: '[]uint8',
  Time: 'v1.Time',
  Quantity: 'resource.Quantity',
};
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decodeScalar(name: ScalarName, value: unknown, path: string): unknown {
  switch (name) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(value, path, 'string');
      return value;
    case 'Duration':
      if (typeof value !== 'string') throw wrongType(value, path, 'string');
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw wrongType(value, path, 'bool');
      return value;
    case 'int32':
    case 'int64':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, path, name);
      if (name === 'int32' && Math.abs(value) > 2 ** 31) throw wrongType(value, path, name);
      return value;
    case 'float64':
      if (typeof value !== 'number') throw wrongType(value, path, name);
      return value;
    case 'bytes': {
      if (typeof value !== 'string') throw wrongType(value, path, '[]uint8');
      const compact = value.replace(/[\r\n]/g, '');
      if (!BASE64.test(compact)) {
        const at = /[^A-Za-z0-9+/]/.exec(compact)?.index ?? Math.floor(compact.length / 4) * 4;
        throw new DecodeError(`illegal base64 data at input byte ${at}`);
      }
      return compact;
    }
    case 'Quantity':
      return decodeQuantity(value);
    case 'IntOrString':
      if (typeof value !== 'string' && !Number.isInteger(value)) throw wrongType(value, path, 'intstr.IntOrString');
      return value;
    case 'Time':
    case 'MicroTime':
      return decodeTime(name, value, path);
    default:
      return value;
  }
}

function decodeQuantity(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? canonicalQuantity(value) : undefined;
  if (text !== undefined) return text;
  throw new DecodeError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
}

const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

function decodeTime(name: 'Time' | 'MicroTime', value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongType(value, path, 'time.Time');
  const milliseconds = TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new DecodeError(
      `parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`,
    );
  }
  const seconds = new Date(milliseconds).toISOString().slice(0, 19);
  if (name === 'Time') return `${seconds}Z`;
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? '';
  return `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
}

function wrongType(value: unknown, path: string, goType: string): DecodeError {
  const type = Array.isArray(value)
    ? 'array'
    : value === null
      ? 'null'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;
  const shown = type === 'number' && goType.startsWith('int') ? `number ${String(value)}` : type;
  const field = path.replace(/\[\d+\]/g, '').replace(/^\./, '');
  return new DecodeError(`json: cannot unmarshal ${shown} into Go struct field .${field} of type ${goType}`);
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
