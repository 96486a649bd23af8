import { isEqual, isObject } from '../equal.js';
import { fault } from '../errors.js';
import type { FieldError } from '../errors.js';
import type { Fields } from '../kube-api.js';

/**
 * Checks a custom object against its OpenAPI v3 schema, all faults at once, worded as the real server words them.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation
 */
export function validateBySchema(schema: Fields, value: unknown, path = ''): FieldError[] {
  const faults: FieldError[] = [];
  check(schema, value, path, faults);
  return faults;
}

function inBody(path: string, value: unknown, why: string): FieldError {
  return fault.invalid(path, value, `${path} in body ${why}`);
}

function check(schema: Fields, value: unknown, path: string, faults: FieldError[]): void {
  if (value === null && schema['nullable'] === true) return;
  if (!checkType(schema, value, path, faults)) return;
  if (Array.isArray(schema['enum']) && !schema['enum'].some((allowed: unknown) => isEqual(allowed, value))) {
    const supported = schema['enum'].map((allowed: unknown) =>
      typeof allowed === 'string' ? allowed : JSON.stringify(allowed),
    );
    faults.push(fault.notSupported(path, value, supported));
  }
  if (typeof value === 'number') checkNumber(schema, value, path, faults);
  if (typeof value === 'string') checkString(schema, value, path, faults);
  if (Array.isArray(value)) checkArray(schema, value, path, faults);
  else if (isObject(value)) checkObject(schema, value, path, faults);
  checkCombined(schema, value, path, faults);
}

function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkType(schema: Fields, value: unknown, path: string, faults: FieldError[]): boolean {
  const actual = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (actual === 'integer' || actual === 'string') return true;
    faults.push(
      fault.invalid(path, actual, `${path} in body must be of type integer,string: ${JSON.stringify(actual)}`),
    );
    return false;
  }
  const expected: string | undefined = schema['type'];
  if (expected === undefined || expected === '' || actual === expected) return true;
  if (expected === 'number' && actual === 'integer') return true;
  if (expected === 'integer' && actual === 'number') {
    faults.push(fault.invalid(path, actual, `${path} in body must be of type integer: ${JSON.stringify(actual)}`));
    return false;
  }
  faults.push(fault.invalid(path, actual, `${path} in body must be of type ${expected}: ${JSON.stringify(actual)}`));
  return false;
}

function checkNumber(schema: Fields, value: number, path: string, faults: FieldError[]): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    const bound = exclusiveMinimum === true ? 'greater than' : 'greater than or equal to';
    faults.push(inBody(path, value, `should be ${bound} ${minimum}`));
  }
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    const bound = exclusiveMaximum === true ? 'less than' : 'less than or equal to';
    faults.push(inBody(path, value, `should be ${bound} ${maximum}`));
  }
  if (multipleOf !== undefined && value % multipleOf !== 0) {
    faults.push(inBody(path, value, `should be a multiple of ${multipleOf}`));
  }
}

const formats: Readonly<Record<string, RegExp>> = {
  'date-time': /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  ipv4: /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  email: /^[^@\s]+@[^@\s]+$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};

function checkString(schema: Fields, value: string, path: string, faults: FieldError[]): void {
  const { maxLength, minLength, pattern, format } = schema;
  const length = [...value].length;
  // The real server stops at the first of these.
  if (maxLength !== undefined && length > maxLength)
    faults.push(inBody(path, value, `should be at most ${maxLength} chars long`));
  else if (minLength !== undefined && length < minLength)
    faults.push(inBody(path, value, `should be at least ${minLength} chars long`));
  else if (typeof pattern === 'string' && !matchesPattern(pattern, value))
    faults.push(inBody(path, value, `should match '${pattern}'`));
  const form = typeof format === 'string' ? formats[format] : undefined;
  if (form !== undefined && !form.test(value)) {
    faults.push(inBody(path, value, `must be of type ${format}: ${JSON.stringify(value)}`));
  }
}

function matchesPattern(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern, 'u').test(value);
  } catch {
    return true; // Go's syntax differs; what cannot be compiled here is not enforced
  }
}

function checkArray(schema: Fields, value: readonly unknown[], path: string, faults: FieldError[]): void {
  const { maxItems, minItems, uniqueItems, items } = schema;
  if (maxItems !== undefined && value.length > maxItems) {
    faults.push(inBody(path, value.length, `should have at most ${maxItems} items`));
  }
  if (minItems !== undefined && value.length < minItems) {
    faults.push(inBody(path, value.length, `should have at least ${minItems} items`));
  }
  const listType = schema['x-kubernetes-list-type'];
  const duplicate = value.findIndex((item, index) => value.slice(0, index).some((other) => isEqual(item, other)));
  if (duplicate >= 0 && (uniqueItems === true || listType === 'set')) {
    faults.push(fault.duplicate(`${path}[${duplicate}]`, value[duplicate]));
  }
  if (listType === 'map') checkKeys(schema['x-kubernetes-list-map-keys'] ?? [], value, path, faults);
  if (items !== undefined) value.forEach((item, index) => check(items, item, `${path}[${index}]`, faults));
}

function checkKeys(keys: readonly string[], value: readonly unknown[], path: string, faults: FieldError[]): void {
  const seen = new Set<string>();
  value.forEach((item, index) => {
    const key = Object.fromEntries(keys.map((name) => [name, isObject(item) ? item[name] : undefined]));
    const text = JSON.stringify(key);
    if (seen.has(text)) faults.push(fault.duplicate(`${path}[${index}]`, key));
    seen.add(text);
  });
}

function checkObject(schema: Fields, value: Record<string, unknown>, path: string, faults: FieldError[]): void {
  const join = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const name of schema['required'] ?? []) {
    if (value[name] === undefined) faults.push(fault.required(join(name)));
  }
  if (schema['x-kubernetes-embedded-resource'] === true) {
    for (const name of ['apiVersion', 'kind']) {
      if (!value[name]) faults.push(fault.required(join(name), 'must not be empty'));
    }
  }
  const count = Object.keys(value).length;
  const { maxProperties, minProperties, additionalProperties } = schema;
  if (maxProperties !== undefined && count > maxProperties)
    faults.push(inBody(path, count, `should have at most ${maxProperties} properties`));
  if (minProperties !== undefined && count < minProperties)
    faults.push(inBody(path, count, `should have at least ${minProperties} properties`));
  const properties: Record<string, Fields> = schema['properties'] ?? {};
  for (const [name, member] of Object.entries(value)) {
    if (path === '' && name === 'metadata') continue;
    const property = Object.hasOwn(properties, name)
      ? properties[name]
      : isObject(additionalProperties)
        ? additionalProperties
        : undefined;
    if (property !== undefined) check(property, member, join(name), faults);
  }
}

function checkCombined(schema: Fields, value: unknown, path: string, faults: FieldError[]): void {
  const fits = (part: Fields): boolean => validateBySchema(part, value, path).length === 0;
  for (const part of schema['allOf'] ?? []) check(part, value, path, faults);
  if (schema['anyOf'] !== undefined && schema['x-kubernetes-int-or-string'] !== true && !schema['anyOf'].some(fits)) {
    faults.push(fault.invalid(path, value, `${path} in body must validate at least one schema (anyOf)`));
  }
  if (schema['oneOf'] !== undefined && schema['oneOf'].filter(fits).length !== 1) {
    faults.push(
      fault.invalid(path, value, `${path} in body must validate one and only one schema (oneOf). Found none valid`),
    );
  }
  if (schema['not'] !== undefined && fits(schema['not'])) {
    faults.push(fault.invalid(path, value, `${path} in body must not validate the schema (not)`));
  }
}
