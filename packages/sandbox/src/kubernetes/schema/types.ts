import { builtinTypes } from './builtin-types.js';

/** Leaf types of Kubernetes objects; each has its own JSON and protobuf form. */
export type ScalarName =
  | 'string'
  | 'bool'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'bytes'
  | 'Quantity'
  | 'IntOrString'
  | 'Time'
  | 'MicroTime'
  | 'Duration'
  | 'RawExtension'
  | 'FieldsV1'
  | 'JSON'
  | 'JSONSchemaPropsOrBool'
  | 'JSONSchemaPropsOrArray'
  | 'JSONSchemaPropsOrStringArray'
  | 'any';

/** A type: a scalar, a list, a map by string, or a struct. */
export type TypeNode =
  | { readonly kind: 'scalar'; readonly name: ScalarName }
  | { readonly kind: 'list'; readonly of: TypeNode; readonly wrapped: boolean }
  | { readonly kind: 'map'; readonly of: TypeNode }
  | StructType;

/** A struct with its fields in declared order; embedded structs are flattened. */
export interface StructType {
  readonly kind: 'struct';
  /** `core/v1.PodSpec` */
  readonly name: string;
  readonly fields: ReadonlyMap<string, Field>;
}

/** A field of a struct. */
export interface Field {
  readonly name: string;
  /** Protobuf field numbers from the struct down; two where an embedded message lies between. */
  readonly numbers: readonly number[];
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
  readonly pointer: boolean;
  readonly type: TypeNode;
  /** Merged rather than replaced by a strategic merge patch. */
  readonly merge: boolean;
  /** Key of the list's elements; absent for lists of primitives. */
  readonly mergeKey?: string;
  readonly retainKeys: boolean;
}

const scalars = new Set(
  (
    'string bool int32 int64 float64 bytes Quantity IntOrString Time MicroTime Duration RawExtension FieldsV1 JSON ' +
    'JSONSchemaPropsOrBool JSONSchemaPropsOrArray JSONSchemaPropsOrStringArray any'
  ).split(' '),
);

const FIELD = /^(?<name>[^#]+)#(?<number>\d+)(?<flags>[ozp]*):(?<type>[^@]+)(?:@(?<merge>.*))?$/;

/** The built-in types by qualified name, parsed when first asked for. */
export class TypeTable {
  readonly #lines = new Map<string, string>();
  readonly #structs = new Map<string, StructType>();

  constructor(text: string) {
    let owner = '';
    for (const line of text.split('\n')) {
      if (line.startsWith('# ')) owner = line.slice(2);
      else if (line !== '') {
        const [name = '', ...fields] = line.split(' ');
        this.#lines.set(`${owner}.${name}`, fields.join(' '));
      }
    }
  }

  /** @throws {TypeError} for a name that is not in the table */
  struct(name: string): StructType {
    const known = this.#structs.get(name);
    if (known !== undefined) return known;
    const line = this.#lines.get(name);
    if (line === undefined) throw new TypeError(`no such type: ${name}`);
    const fields = new Map<string, Field>();
    const struct: StructType = { kind: 'struct', name, fields };
    this.#structs.set(name, struct);
    const owner = name.slice(0, name.lastIndexOf('.'));
    for (const text of line.split(' ').filter((part) => part !== '')) this.#addField(fields, owner, text);
    return struct;
  }

  has(name: string): boolean {
    return this.#lines.has(name);
  }

  #addField(fields: Map<string, Field>, owner: string, text: string): void {
    const { name = '', number = '0', flags = '', type: typeText = '', merge } = FIELD.exec(text)?.groups ?? {};
    const type = this.#type(owner, typeText);
    if (name === '^' && type.kind === 'struct') {
      for (const inner of type.fields.values()) {
        fields.set(inner.name, { ...inner, numbers: [Number(number), ...inner.numbers] });
      }
      return;
    }
    const [mergeKey = '', retain] = merge?.split(',') ?? [];
    fields.set(name, {
      name,
      numbers: [Number(number)],
      omitEmpty: flags.includes('o'),
      omitZero: flags.includes('z'),
      pointer: flags.includes('p'),
      type,
      merge: merge !== undefined && type.kind !== 'struct',
      ...(mergeKey === '' ? {} : { mergeKey }),
      retainKeys: retain === 'r',
    });
  }

  #type(owner: string, text: string): TypeNode {
    if (text.startsWith('<')) return { kind: 'list', of: this.#type(owner, text.slice(1, -1)), wrapped: true };
    if (text.startsWith('[]')) return { kind: 'list', of: this.#type(owner, text.slice(2)), wrapped: false };
    if (text.startsWith('{}')) return { kind: 'map', of: this.#type(owner, text.slice(2)) };
    if (scalars.has(text)) return { kind: 'scalar', name: text as ScalarName };
    const name = text.includes('.') ? text : `${owner}.${text}`;
    return this.struct(name);
  }
}

/** The built-in types of the API. */
export const types: TypeTable = new TypeTable(builtinTypes);
