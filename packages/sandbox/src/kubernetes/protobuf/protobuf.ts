import { badRequest } from '../errors.js';
import { builtinResources, apiVersionOf } from '../resources.js';
import { types } from '../schema/types.js';
import type { Field, ScalarName, StructType, TypeNode } from '../schema/types.js';
import { readMessage } from './reader.js';

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const MAX_DEPTH = 100;

const typeNames: Readonly<Record<string, string>> = {
  'authentication.k8s.io/v1/TokenRequest': 'authentication/v1.TokenRequest',
  'policy/v1/Eviction': 'policy/v1.Eviction',
  'autoscaling/v1/Scale': 'autoscaling/v1.Scale',
};

function typeOf(apiVersion: string, kind: string): StructType {
  if (kind === 'DeleteOptions') return types.struct('meta/v1.DeleteOptions');
  const name = typeNames[`${apiVersion}/${kind}`];
  if (name !== undefined) return types.struct(name);
  const resource = builtinResources.find((one) => one.kind === kind && apiVersionOf(one) === apiVersion);
  if (resource?.type === undefined) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return resource.type;
}

/**
 * Decodes an object in Kubernetes' protobuf envelope into what its JSON would be.
 *
 * @throws {ApiError} 400 when the envelope or the message is malformed, or its kind is unknown
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function decodeProtobuf(body: Buffer): Record<string, unknown> {
  if (!body.subarray(0, 4).equals(MAGIC)) {
    throw badRequest('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  }
  let raw: Buffer = Buffer.alloc(0);
  let apiVersion = '';
  let kind = '';
  for (const { number, bytes } of readMessage(body.subarray(4))) {
    if (number === 1) {
      for (const part of readMessage(bytes)) {
        if (part.number === 1) apiVersion = part.bytes.toString('utf8');
        if (part.number === 2) kind = part.bytes.toString('utf8');
      }
    } else if (number === 2) raw = bytes;
  }
  return { apiVersion, kind, ...decodeStruct(typeOf(apiVersion, kind), raw, 0) };
}

function decodeStruct(type: StructType, message: Buffer, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw badRequest('proto: message is nested too deeply');
  const byNumber = new Map<number, Field[]>();
  for (const field of type.fields.values()) {
    const [first = 0] = field.numbers;
    byNumber.set(first, [...(byNumber.get(first) ?? []), field]);
  }
  const result: Record<string, unknown> = {};
  const read = (fields: ReadonlyMap<number, readonly Field[]>, part: Buffer, level: number): void => {
    for (const wire of readMessage(part)) {
      const found = fields.get(wire.number) ?? [];
      const [first] = found;
      if (first === undefined) continue;
      if (first.numbers.length > level + 1) {
        const below = new Map<number, Field[]>();
        for (const field of found) {
          const number = field.numbers[level + 1] ?? 0;
          below.set(number, [...(below.get(number) ?? []), field]);
        }
        read(below, wire.bytes, level + 1);
      } else decodeField(result, first, wire, depth);
    }
  };
  read(byNumber, message, 0);
  return result;
}

interface Wire {
  readonly value: bigint;
  readonly bytes: Buffer;
}

function decodeField(result: Record<string, unknown>, field: Field, wire: Wire, depth: number): void {
  const { type, name } = field;
  if (type.kind === 'list' && !type.wrapped) {
    const list = (result[name] ??= []) as unknown[];
    list.push(decodeNode(type.of, wire, depth));
  } else if (type.kind === 'map') {
    const map = (result[name] ??= {}) as Record<string, unknown>;
    let key = '';
    let value: unknown = decodeNode(type.of, { value: 0n, bytes: Buffer.alloc(0) }, depth);
    for (const part of readMessage(wire.bytes)) {
      if (part.number === 1) key = part.bytes.toString('utf8');
      if (part.number === 2) value = decodeNode(type.of, part, depth);
    }
    Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    const value = decodeNode(type, wire, depth);
    if (value !== undefined) result[name] = value;
  }
}

function decodeNode(type: TypeNode, wire: Wire, depth: number): unknown {
  if (type.kind === 'struct') return decodeStruct(type, wire.bytes, depth + 1);
  if (type.kind === 'scalar') return decodeScalar(type.name, wire);
  // A list that is a message of its own: field 1 repeated.
  if (type.kind === 'list') return readMessage(wire.bytes).map((item) => decodeNode(type.of, item, depth));
  return undefined;
}

function numbered(bytes: Buffer): Map<number, Wire> {
  return new Map(readMessage(bytes).map((field) => [field.number, field]));
}

function decodeScalar(name: ScalarName, { value, bytes }: Wire): unknown {
  switch (name) {
    case 'string':
      return bytes.toString('utf8');
    case 'bytes':
      return bytes.toString('base64');
    case 'bool':
      return value !== 0n;
    case 'int32':
    case 'int64':
      return Number(BigInt.asIntN(64, value));
    case 'float64': {
      const buffer = Buffer.alloc(8);
      buffer.writeBigUInt64LE(value);
      return buffer.readDoubleLE();
    }
    case 'Quantity':
      return numbered(bytes).get(1)?.bytes.toString('utf8') ?? '0';
    case 'IntOrString': {
      const parts = numbered(bytes);
      if (parts.get(1)?.value === 1n) return parts.get(3)?.bytes.toString('utf8') ?? '';
      return Number(BigInt.asIntN(64, parts.get(2)?.value ?? 0n));
    }
    case 'Time':
    case 'MicroTime':
      return decodeTime(bytes);
    case 'RawExtension':
    case 'FieldsV1':
    case 'JSON':
      return parseJson(numbered(bytes).get(1)?.bytes);
    default:
      return undefined;
  }
}

function decodeTime(bytes: Buffer): string | undefined {
  const parts = numbered(bytes);
  const seconds = BigInt.asIntN(64, parts.get(1)?.value ?? 0n);
  // The zero time of Go is written as year 1, an empty message as nothing.
  if (parts.size === 0 || seconds <= -62_135_596_800n || seconds > 253_402_300_799n) return undefined;
  const micros = Number((parts.get(2)?.value ?? 0n) / 1000n);
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`;
}

function parseJson(bytes: Buffer | undefined): unknown {
  try {
    return bytes === undefined || bytes.length === 0 ? undefined : (JSON.parse(bytes.toString('utf8')) as unknown);
  } catch {
    throw badRequest('invalid JSON in a protobuf message');
  }
}
