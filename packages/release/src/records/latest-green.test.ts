import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../testing/memory-store.js';
import { readLatestGreen } from './latest-green.js';

const URI = 'gs://results/latest_green/job/latest_green.json';
const sha = 'a'.repeat(40);

describe(readLatestGreen, () => {
  it('gives the commit', async () => {
    const store = createMemoryStore();
    await store.write(URI, JSON.stringify({ status: 'passing', job: 'job', sha, buildId: '1' }));
    expect(await readLatestGreen(store, URI)).toBe(sha);
  });

  it('says that there is none yet', async () => {
    await expect(readLatestGreen(createMemoryStore(), URI)).rejects.toThrow(
      expect.objectContaining({ code: 'NO_GREEN_COMMIT' }) as Error,
    );
  });

  it.each([
    '',
    '[]',
    'null',
    JSON.stringify({ status: 'failing', sha }),
    JSON.stringify({ status: 'passing', sha: 'HEAD; rm' }),
  ])('rejects %j', async (text) => {
    const store = createMemoryStore();
    await store.write(URI, text);
    await expect(readLatestGreen(store, URI)).rejects.toThrow(
      expect.objectContaining({ code: 'INVALID_RECORD' }) as Error,
    );
  });
});
