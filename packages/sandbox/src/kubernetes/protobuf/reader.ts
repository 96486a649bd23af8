import { badRequest } from '../errors.js';

/** One field of a protobuf message as it stands on the wire. */
export interface WireField {
  readonly number: number;
  /** Of varints and fixed-width fields. */
  readonly value: bigint;
  /** Of length-delimited fields, else empty. */
  readonly bytes: Buffer;
}

/**
 * The fields of one message in order.
 *
 * @throws {ApiError} 400 when the message is cut or malformed
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function readMessage(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[at];
      if (byte === undefined) throw badRequest('proto: unexpected EOF');
      at += 1;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw badRequest('proto: integer overflow');
  };
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > message.length) throw badRequest('proto: unexpected EOF');
    at += length;
    return message.subarray(at - length, at);
  };
  const empty = Buffer.alloc(0);
  while (at < message.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    switch (Number(tag & 7n)) {
      case 0:
        fields.push({ number, value: varint(), bytes: empty });
        break;
      case 1:
        fields.push({ number, value: take(8).readBigUInt64LE(), bytes: empty });
        break;
      case 2:
        fields.push({ number, value: 0n, bytes: take(Number(varint())) });
        break;
      case 5:
        fields.push({ number, value: BigInt(take(4).readUInt32LE()), bytes: empty });
        break;
      default:
        throw badRequest('proto: illegal wireType');
    }
  }
  return fields;
}
