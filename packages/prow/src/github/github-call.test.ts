import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { GithubConnection } from './github-call.js';
import { createGithubCall, readPages } from './github-call.js';
import { createGithubClient } from './github-client.js';

const token = 'ghp_verysecret';
const widgets = { org: 'acme', repo: 'widgets' };
const hook = { ...widgets, url: 'http://127.0.0.1/hook', secret: 'hmacsecret', events: ['push'] };
type Reply = readonly [status: number, headers?: Readonly<Record<string, string>>, message?: string];

/** A client of a service that gives these answers, then always the last one; its clock only moves by sleeping. */
function start(replies: readonly Reply[], options: Partial<GithubConnection> = {}) {
  let nowMs = 1_800_000_000_000;
  const sleeps: number[] = [];
  const requests: Request[] = [];
  const client = createGithubClient({
    baseUrl: 'http://127.0.0.1',
    token,
    random: () => 1,
    clock: {
      now: () => nowMs,
      sleep: async (ms) => {
        sleeps.push(ms);
        nowMs += ms;
      },
    },
    fetch: async (input, init) => {
      requests.push(new Request(input, init));
      const [status, headers = {}, message = 'no'] = replies[requests.length - 1] ?? replies.at(-1) ?? [500];
      const ok = { object: { sha: 'a'.repeat(40) }, id: 1, active: true, events: [], config: {} };
      return Response.json(status < 400 ? ok : { message }, { status, headers });
    },
    ...options,
  });
  return { client, sleeps, requests };
}
const read = (client: ReturnType<typeof createGithubClient>) => client.getRefSha({ ...widgets, ref: 'heads/main' });

describe(createGithubCall, () => {
  it('sends the token and the version it was written for', async () => {
    const { client, requests } = start([[200]]);
    await read(client);
    expect(Object.fromEntries(requests[0]?.headers ?? [])).toMatchObject({
      authorization: `Bearer ${token}`,
      'x-github-api-version': '2022-11-28',
      'user-agent': 'seatrial-prow',
    });
  });

  it('repeats a read until it is answered, waiting longer each time', async () => {
    const { client, sleeps, requests } = start([[500], [502], [503], [200]]);
    expect(await read(client)).toBe('a'.repeat(40));
    expect([requests.length, sleeps]).toEqual([4, [500, 1000, 2000]]);
  });

  it('gives up after five repetitions, with the last answer', async () => {
    const { client, requests } = start([[500], [502]]);
    await expect(read(client)).rejects.toMatchObject({ code: 'GITHUB', httpStatus: 502, infrastructure: true });
    expect(requests).toHaveLength(6);
  });

  it('does not repeat what may have been done', async () => {
    const { client, requests } = start([[502], [201]]);
    await expect(client.createHook(hook)).rejects.toMatchObject({ httpStatus: 502 });
    expect(requests).toHaveLength(1);
  });

  it('repeats even that when it was refused by a rate limit', async () => {
    const { client, sleeps } = start([[403, { 'retry-after': '7' }], [201]]);
    await client.createHook(hook);
    expect(sleeps).toEqual([7000]);
  });

  it.each<[string, Reply, number]>([
    ['Retry-After', [429, { 'retry-after': '3' }], 3000],
    ['Retry-After of an outage', [503, { 'retry-after': '4' }], 4000],
    ['the end of the hour', [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000020' }], 20_000],
    [
      'a second where the hour has just ended',
      [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000000' }],
      1000,
    ],
    ['a minute for a secondary limit', [403, {}, 'You have exceeded a secondary rate limit.'], 60_000],
    ['its own pause where none is given', [429], 500],
  ])('waits for %s', async (_what, reply, pauseMs) => {
    const { client, sleeps } = start([reply, [200]], { timeoutMs: 100_000 });
    await read(client);
    expect(sleeps).toEqual([pauseMs]);
  });

  it('does not wait for a limit that ends after the budget', async () => {
    const reset = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000060' };
    const { client, sleeps } = start([[403, reset]]);
    await expect(read(client)).rejects.toMatchObject({
      infrastructure: true,
      hint: 'Wait until 2027-01-15T08:01:00.000Z.',
    });
    expect(sleeps).toEqual([]);
  });

  it.each([401, 403, 404, 422])('does not repeat what answers %i', async (status) => {
    const { client, requests } = start([[status]]);
    await expect(read(client)).rejects.toMatchObject({
      httpStatus: status,
      infrastructure: false,
      hint: expect.stringMatching(/\.$/),
    });
    expect(requests).toHaveLength(1);
  });

  it('says that the address is that of something else', async () => {
    let calls = 0;
    const page: typeof fetch = async () => {
      calls += 1;
      return new Response('<html></html>', { headers: { 'content-type': 'text/html' } });
    };
    await expect(read(start([], { fetch: page }).client)).rejects.toMatchObject({
      code: 'GITHUB',
      message: "could not read heads/main of acme/widgets: the answer is not one of GitHub's API",
      hint: expect.stringContaining('/api/v3'),
    });
    expect(calls).toBe(1);
  });

  it('stops at once when it is aborted, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const hangs: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
        controller.abort(reason);
      });
    await expect(read(start([], { fetch: hangs, signal: controller.signal }).client)).rejects.toBe(reason);
    await expect(read(start([[200]], { signal: controller.signal }).client)).rejects.toBe(reason);
  });

  it('counts an answer that never comes against the budget', async () => {
    const hangs: typeof fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      });
    const { client } = start([], { fetch: hangs, timeoutMs: 30 });
    await expect(read(client)).rejects.toMatchObject({ code: 'GITHUB', infrastructure: true });
  });

  it('keeps token and webhook secret out of every error', async () => {
    const lost: typeof fetch = async () => {
      throw new TypeError('fetch failed', { cause: new Error('ECONNRESET') });
    };
    for (const options of [{}, { fetch: lost }]) {
      const error: unknown = await start([[422]], options)
        .client.createHook(hook)
        .catch((cause: unknown) => cause);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/verysecret|hmacsecret/);
    }
  });

  it.each(['', 'two words', 'line\nbreak', 'tokeñ'])('refuses the token %j without showing it', (bad) => {
    expect(() => start([], { token: bad })).toThrow(
      expect.objectContaining({ code: 'INVALID_FLAG', hint: expect.stringContaining('--github-token-path') }),
    );
    if (bad !== '') expect(() => start([], { token: bad })).not.toThrow(bad);
  });

  it.each(['api.example.com', 'ftp://api.example.com', 'https://'])('refuses the address %j', (baseUrl) => {
    expect(() => start([], { baseUrl })).toThrow(expect.objectContaining({ code: 'INVALID_FLAG' }));
  });
});

describe(readPages, () => {
  it.each([0, 99, 100, 101, 250])('reads all of %i items', async (count) => {
    const all = Array.from({ length: count }, (_, at) => at);
    const read = async ({ page, per_page: size }: { page: number; per_page: number }) =>
      all.slice((page - 1) * size, page * size);
    expect(await readPages(read)).toEqual(all);
  });
});
