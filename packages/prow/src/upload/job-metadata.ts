import type { Metadata } from '../metadata.js';

/**
 * What a job adds to the metadata of `finished.json` by a `metadata.json` among its artifacts: the top-level keys of an object.
 * As Prow's sidecar does, anything else leaves the key `sidecar-errors` and hides nothing. `undefined`, for a file that is not
 * there, adds nothing.
 */
export function jobMetadata(text: string | undefined): Metadata {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Metadata;
    return wrong('metadata.json is not an object');
  } catch (error) {
    return wrong(`metadata.json is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function wrong(message: string): Metadata {
  return { 'sidecar-errors': { 'entry 0': message } };
}
