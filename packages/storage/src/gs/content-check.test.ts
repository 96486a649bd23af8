import { describe, expect, it } from 'vitest';
import { createContentCheck } from './content-check.js';

const place = { scheme: 'gs', bucket: 'ci-logs', object: 'a' } as const;
// Of `123456789`: the check value of CRC-32C in RFC 3720, and MD5 by another tool.
const crc32c = 'crc32c=4waSgw==';
const md5 = 'md5=JfnnlDI7RTiF9RgfG2JNCw==';

async function check(header: string | undefined, ...pieces: readonly string[]): Promise<void> {
  const content = await createContentCheck(place, header);
  for (const piece of pieces) content?.update(Buffer.from(piece));
  content?.verify();
}

describe(createContentCheck, () => {
  it.each([
    ['both hashes', `${crc32c},${md5}`],
    ['that of a composed object', crc32c],
    ['no hash', undefined],
  ])('accepts what has %s', async (_what, header) => {
    await check(header, '1234', '56789');
  });

  it.each([`${crc32c},${md5}`, crc32c])('rejects what has not %s', async (header) => {
    await expect(check(header, '12345678')).rejects.toThrow(
      expect.objectContaining({ name: 'StorageError', code: 'UNAVAILABLE', uri: 'gs://ci-logs/a', operation: 'read' }),
    );
  });
});
