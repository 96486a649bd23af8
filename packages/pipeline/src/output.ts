import { PipelineError } from './errors.js';
import type { Json } from './json.js';

/**
 * A value as a resumed run would read it from the journal: its own copy, through JSON. `undefined` stays.
 *
 * @throws {PipelineError} `OUTPUT_NOT_JSON` for cycles, big integers and functions.
 */
export function toJson(value: unknown): Json | undefined {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw notJson(cause);
  }
  if (text === undefined) throw notJson();
  return JSON.parse(text) as Json;
}

function notJson(cause?: unknown): PipelineError {
  return new PipelineError('OUTPUT_NOT_JSON', 'a value cannot be written as JSON', {
    cause,
    hint: 'Return and checkpoint plain data only.',
  });
}
