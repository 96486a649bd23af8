import type { FieldSchema } from './field-schema.js';
import { FieldSet } from './field-set.js';
import { compare, partsOf } from './typed.js';

/**
 * Ownership as the schema sees it now: who owned a value without parts owns the parts it has got since, and who owned
 * parts of what is a unit owns the unit.
 *
 * @see https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/typed/reconcile_schema.go
 */
export function reconcile(schema: FieldSchema, value: unknown, fields: FieldSet): FieldSet {
  if (schema.kind === 'leaf') {
    if (fields.children.size === 0) return fields;
    const unit = new FieldSet();
    unit.member = true;
    return unit;
  }
  const parts = value === undefined || value === null ? undefined : partsOf(schema, value);
  if (parts === undefined) return fields;
  if (fields.member && fields.children.size === 0)
    return parts.size === 0 ? fields : compare(schema, undefined, value).added;
  let isChanged = false;
  const children = new Map<string, FieldSet>();
  for (const [name, child] of fields.children) {
    const part = parts.get(name);
    const next = part === undefined ? child : reconcile(part.schema, part.value, child);
    if (next !== child) isChanged = true;
    children.set(name, next);
  }
  if (!isChanged) return fields;
  const result = new FieldSet();
  result.member = fields.member;
  for (const [name, child] of children) result.children.set(name, child);
  return result;
}
