/**
 * Writes the little of ASN.1's distinguished encoding that a certificate needs. The libraries for certificates load some 150
 * modules, which took a third of the time a sandbox needs to start; Node's own crypto signs but writes no certificates.
 *
 * @module
 * @see https://www.itu.int/rec/T-REC-X.690
 */

const tag = { boolean: 1, integer: 2, bits: 3, octets: 4, null: 5, oid: 6, utf8: 12, sequence: 48, set: 49 } as const;

function element(type: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([Buffer.from([type, ...lengthOf(body.length)]), body]);
}

// Short form below 128, else the count of bytes and the bytes.
function lengthOf(size: number): number[] {
  if (size < 0x80) return [size];
  const bytes: number[] = [];
  for (let left = size; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256);
  return [0x80 | bytes.length, ...bytes];
}

/** SEQUENCE of elements that are encoded already. */
export const sequence = (...elements: readonly Uint8Array[]): Buffer => element(tag.sequence, ...elements);
/** SET of elements that are encoded already. */
export const set = (...elements: readonly Uint8Array[]): Buffer => element(tag.set, ...elements);
export const utf8 = (text: string): Buffer => element(tag.utf8, Buffer.from(text));
export const boolean = (value: boolean): Buffer => element(tag.boolean, Buffer.from([value ? 0xff : 0]));
export const octets = (bytes: Uint8Array): Buffer => element(tag.octets, bytes);
/** BIT STRING. @param unused How many bits of the last byte do not count. */
export const bits = (bytes: Uint8Array, unused = 0): Buffer => element(tag.bits, Buffer.from([unused]), bytes);
/** `[number]` in place of an element's own tag (IMPLICIT), or around one (EXPLICIT, `constructed`). */
export const tagged = (number: number, bytes: Uint8Array, constructed = false): Buffer =>
  element((constructed ? 0xa0 : 0x80) | number, bytes);

/** INTEGER that is not negative, from its bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const significant = start < 0 ? Buffer.from([0]) : bytes.subarray(start);
  const isHigh = (significant[0] ?? 0) >= 0x80; // a set first bit would make it negative
  return element(tag.integer, Buffer.from(isHigh ? [0] : []), significant);
}

/** OBJECT IDENTIFIER from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const groups = [part % 128];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left % 128));
    return groups;
  });
  return element(tag.oid, Buffer.from(bytes));
}

const LAST_UTC_YEAR = 2049;

/** UTCTime until 2049, GeneralizedTime from then on, as certificates must have it. */
export function time(ms: number): Buffer {
  const date = new Date(ms);
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  const isShort = date.getUTCFullYear() <= LAST_UTC_YEAR;
  return element(isShort ? 23 : 24, Buffer.from(isShort ? digits.slice(2) : digits));
}
