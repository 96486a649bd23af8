import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c, formatCrc32c } from './crc32c.js';

describe(crc32c, () => {
  it.each([
    ['the check value', Buffer.from('123456789'), 0xe3069283],
    ['nothing', Buffer.alloc(0), 0],
    ['32 zero bytes (RFC 3720 B.4)', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones (RFC 3720 B.4)', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ])('computes %s', (_what, data, value) => {
    expect(crc32c(data)).toBe(value);
  });

  it('gives the same for pieces as for the whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (data, at) => {
        const cut = Math.min(at, data.length);
        return crc32c(data.subarray(cut), crc32c(data.subarray(0, cut))) === crc32c(data);
      }),
    );
  });
});

describe(formatCrc32c, () => {
  it('writes big-endian base64', () => {
    expect(formatCrc32c(0xe3069283)).toBe('4waSgw==');
  });
});
