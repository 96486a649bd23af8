import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import { isEqual, isObject } from '../equal.js';
import type { Resource, ScaleRule } from '../resources.js';
import { applySchemaDefaults, pruneToSchema } from './structural.js';
import { validateBySchema } from './schema-validation.js';

/** A custom object after pruning and defaulting. */
export interface DecodedCustom {
  readonly value: Record<string, unknown>;
  /** Paths that the schema does not have; they are gone from `value`. */
  readonly unknownFields: readonly string[];
}

/** Prunes a custom object and fills in its defaults, in place. */
export function decodeCustom(resource: Resource, body: Record<string, unknown>): DecodedCustom {
  const { schema } = resource.custom ?? {};
  if (schema === undefined) return { value: body, unknownFields: [] };
  const unknownFields: string[] = [];
  pruneToSchema(schema, body, unknownFields);
  applySchemaDefaults(schema, body);
  return { value: body, unknownFields };
}

/** Fills in the defaults of a custom object, in place. Nothing for built-in kinds. @returns whether any was missing */
export function defaultCustom(resource: Resource, object: object): boolean {
  const schema = resource.custom?.schema;
  if (schema === undefined) return false;
  const before = structuredClone(object);
  applySchemaDefaults(schema, object as Record<string, unknown>);
  return !isEqual(before, object);
}

/** Faults of a custom object: of its schema, and of what its scale reads. None for built-in kinds. */
export function validateCustom(resource: Resource, object: object): FieldError[] {
  if (resource.custom === undefined) return [];
  const { schema } = resource.custom;
  return [
    ...(schema === undefined ? [] : validateBySchema(schema, object)),
    ...(resource.scale === undefined ? [] : scaleFaults(resource.scale, object)),
  ];
}

const MAX_INT32 = 2_147_483_647;

function scaleFaults(rule: ScaleRule, object: object): FieldError[] {
  const faults: FieldError[] = [];
  for (const path of [rule.specReplicasPath, rule.statusReplicasPath]) {
    const { value, fault: wrong } = access(object, path, 'int64', 0);
    if (wrong !== undefined) faults.push(wrong);
    else if (typeof value === 'number' && value < 0) {
      faults.push(fault.invalid(path, value, 'should be a non-negative integer'));
    } else if (typeof value === 'number' && value > MAX_INT32) {
      faults.push(fault.invalid(path, value, `should be less than or equal to ${MAX_INT32}`));
    }
  }
  if (rule.labelSelectorPath !== undefined) {
    const { fault: wrong } = access(object, rule.labelSelectorPath, 'string', '');
    if (wrong !== undefined) faults.push(wrong);
  }
  return faults;
}

/** Reads a value as the server's accessors do: absent is fine, another type is a fault. */
function access(
  object: object,
  path: string,
  expected: 'int64' | 'string',
  zero: unknown,
): { readonly value?: unknown; readonly fault?: FieldError } {
  const refuse = (value: unknown, type: string): { fault: FieldError } => {
    const shown = typeof value === 'string' ? value : JSON.stringify(value);
    return {
      fault: fault.invalid(path, zero, `${path} accessor error: ${shown} is of the type ${type}, expected ${expected}`),
    };
  };
  let value: unknown = object;
  for (const name of path.split('.').filter((part) => part !== '')) {
    if (!isObject(value)) {
      return {
        fault: fault.invalid(
          path,
          zero,
          `${path} accessor error: ${String(value)} is of the type ${goType(value)}, expected map[string]interface{}`,
        ),
      };
    }
    value = value[name];
    if (value === undefined) return {};
  }
  const fits = expected === 'string' ? typeof value === 'string' : Number.isInteger(value);
  return fits ? { value } : refuse(value, goType(value));
}

function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'map[string]interface {}';
}
