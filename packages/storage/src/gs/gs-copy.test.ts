import { describe, expect, it } from 'vitest';
import type { GsClient, GsRequest } from './gs-client.js';
import { copyObject } from './gs-copy.js';

const from = { scheme: 'gs', bucket: 'ci-logs', object: 'a b' } as const;
const to = { scheme: 'gs', bucket: 'archive', object: 'c/d' } as const;

/** Answers in order; keeps what was asked. */
function clientOf(...answers: readonly unknown[]) {
  const requests: GsRequest[] = [];
  const client: Pick<GsClient, 'send'> = {
    send: async (request) => ({ status: 200, headers: {}, body: answers[requests.push(request) - 1] }),
  };
  return { requests, client };
}

describe(copyObject, () => {
  it('goes on until the service is done, each time with all it was asked for', async () => {
    const resource = { size: '5', generation: '7', contentType: 'text/plain' };
    const { client, requests } = clientOf(
      { generation: '3', contentType: 'text/plain', contentEncoding: 'gzip', metadata: { a: 'b' } },
      { done: false, rewriteToken: 'one' },
      { done: false, rewriteToken: 'two' },
      { done: true, resource },
    );
    const info = await copyObject(client, { from, to }, { cacheControl: 'no-cache', ifGenerationMatch: '0' });
    expect(info).toMatchObject({ uri: 'gs://archive/c/d', sizeBytes: 5, generation: '7' });
    const [read, ...rewrites] = requests;
    expect(read).toMatchObject({ method: 'GET', path: 'b/ci-logs/o/a%20b' });
    expect(rewrites.map(({ query }) => query?.['rewriteToken'])).toEqual([undefined, 'one', 'two']);
    for (const { path, query, json } of rewrites) {
      expect(path).toBe('b/ci-logs/o/a%20b/rewriteTo/b/archive/o/c%2Fd');
      expect(query).toMatchObject({ sourceGeneration: '3', ifGenerationMatch: '0' });
      expect(json).toMatchObject({
        contentType: 'text/plain',
        contentEncoding: 'gzip',
        cacheControl: 'no-cache',
        metadata: { a: 'b' },
      });
    }
  });

  it('rejects an answer that neither ends nor goes on', async () => {
    const { client } = clientOf({ done: false });
    await expect(copyObject(client, { from, to }, {})).rejects.toThrow(
      expect.objectContaining({ code: 'FAILED', operation: 'copy', uri: 'gs://ci-logs/a b' }),
    );
  });
});
