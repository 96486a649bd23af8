import { createHmac, timingSafeEqual } from 'node:crypto';

/** Hashes that GitHub signs with; SHA-1 is what it did of old. */
export type SignatureHash = 'sha256' | 'sha1';

/** Signature of a body as GitHub sends it: `sha256=` and hex. */
export function signBody(body: Uint8Array, token: string, hash: SignatureHash = 'sha256'): string {
  return `${hash}=${createHmac(hash, token).update(body).digest('hex')}`;
}

/** Whether one of the tokens made the signature, in a time that does not tell which, or how nearly. */
export function isSignedBy(
  body: Uint8Array,
  signature: string,
  tokens: readonly string[],
  hash: SignatureHash = 'sha256',
): boolean {
  const prefix = `${hash}=`;
  // Buffer.from drops what is not hex instead of refusing it.
  const hex = /^(?:[0-9a-f]{2})+$/i;
  const digits = signature.startsWith(prefix) ? signature.slice(prefix.length) : '';
  if (!hex.test(digits)) return false;
  const given = Buffer.from(digits, 'hex');
  return tokens
    .map((token) => createHmac(hash, token).update(body).digest())
    .map((expected) => expected.length === given.length && timingSafeEqual(expected, given))
    .includes(true);
}
