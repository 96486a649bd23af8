import { invalid } from '../errors.js';
import type { Resource } from '../resources.js';
import { applySchemaDefaults, pruneToSchema } from './structural.js';
import { validateBySchema } from './schema-validation.js';

/** A custom object after pruning and defaulting. */
export interface DecodedCustom {
  readonly value: Record<string, unknown>;
  /** Paths that the schema does not have; they are gone from `value`. */
  readonly unknownFields: readonly string[];
}

/**
 * Prunes, defaults and checks a custom object, in place.
 *
 * @throws {ApiError} 422 when it does not fit its schema
 */
export function decodeCustom(resource: Resource, body: Record<string, unknown>): DecodedCustom {
  const { schema } = resource.custom ?? {};
  if (schema === undefined) return { value: body, unknownFields: [] };
  const unknownFields: string[] = [];
  pruneToSchema(schema, body, unknownFields);
  applySchemaDefaults(schema, body);
  const faults = validateBySchema(schema, body);
  if (faults.length > 0) {
    const name = (body['metadata'] as { name?: string } | undefined)?.name ?? '';
    throw invalid(resource, name, faults);
  }
  return { value: body, unknownFields };
}
