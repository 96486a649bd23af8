import { createHash } from 'node:crypto';
import { StorageError } from '../errors.js';
import type { GsUri } from '../gs-uri.js';
import { placeFacts } from '../uri.js';

/** Compares bytes that come in pieces with the hash the service has of them. */
export interface ContentCheck {
  update(chunk: Uint8Array): void;
  /** @throws {StorageError} `UNAVAILABLE` when they are not those that are stored. */
  verify(): void;
}

/**
 * Takes MD5, which Node computes in native code, and CRC-32C only for composed objects, which have no other.
 *
 * @param header `x-goog-hash`; without one nothing is checked.
 * @see https://cloud.google.com/storage/docs/data-validation
 */
export async function createContentCheck(place: GsUri, header: string | undefined): Promise<ContentCheck | undefined> {
  const hashes = new Map(
    (header ?? '')
      .split(',')
      .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), pair.slice(pair.indexOf('=') + 1)]),
  );
  const [md5, crc32c] = [hashes.get('md5'), hashes.get('crc32c')];
  if (md5 !== undefined) {
    const hash = createHash('md5');
    return { update: (chunk) => void hash.update(chunk), verify: () => expectSame(place, md5, hash.digest('base64')) };
  }
  if (crc32c === undefined) return undefined;
  const { CRC32C } = await import('@google-cloud/storage');
  const crc = new CRC32C();
  return {
    update: (chunk) => crc.update(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)),
    verify: () => expectSame(place, crc32c, crc.toString()),
  };
}

function expectSame(place: GsUri, expected: string, actual: string): void {
  if (expected === actual) return;
  const facts = placeFacts(place);
  throw new StorageError('UNAVAILABLE', `cannot read ${facts.uri}: its hash is ${expected}, what came has ${actual}`, {
    ...facts,
    operation: 'read',
    hint: 'Read it again: it was changed on its way.',
  });
}
