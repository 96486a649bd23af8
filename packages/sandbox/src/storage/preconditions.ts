import { invalid, preconditionFailed, StorageApiError } from './api-error.js';

/** What a request says the object's generations must be. Absent fields do not matter. */
export interface Preconditions {
  readonly generation?: bigint;
  readonly notGeneration?: bigint;
  readonly metageneration?: bigint;
  readonly notMetageneration?: bigint;
}

function parseNumber(query: URLSearchParams, name: string): bigint | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,19}$/.test(text)) throw invalid(`Invalid argument: ${name}`, name);
  return BigInt(text);
}

/**
 * Reads `ifGenerationMatch` and its siblings from a query.
 *
 * @param infix `Source` for the source object of a copy. @default ''
 * @throws {StorageApiError} 400 for what is not a number.
 * @see https://cloud.google.com/storage/docs/request-preconditions
 */
export function parsePreconditions(query: URLSearchParams, infix: '' | 'Source' = ''): Preconditions {
  return {
    generation: parseNumber(query, `if${infix}GenerationMatch`),
    notGeneration: parseNumber(query, `if${infix}GenerationNotMatch`),
    metageneration: parseNumber(query, `if${infix}MetagenerationMatch`),
    notMetageneration: parseNumber(query, `if${infix}MetagenerationNotMatch`),
  };
}

/**
 * Holds a live object (or its absence: generation 0) against preconditions.
 *
 * @param options.reading A failed "not" condition of a read is 304, not 412.
 * @throws {StorageApiError} 412 or 304.
 */
export function checkPreconditions(
  live: { readonly generation: bigint; readonly metageneration: bigint } | undefined,
  { generation, notGeneration, metageneration, notMetageneration }: Preconditions,
  options: { readonly reading?: boolean } = {},
): void {
  const current = live?.generation ?? 0n;
  if (generation !== undefined && generation !== current) throw preconditionFailed();
  if (metageneration !== undefined && metageneration !== live?.metageneration) throw preconditionFailed();
  if (notGeneration === current || (notMetageneration !== undefined && notMetageneration === live?.metageneration)) {
    throw options.reading === true ? new StorageApiError(304, 'notModified', 'Not Modified') : preconditionFailed();
  }
}
