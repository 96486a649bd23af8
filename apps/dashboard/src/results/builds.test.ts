import { createObjectStore } from '@seatrial/storage';
import { startSandbox } from '@seatrial/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildIdAt, generateHistory } from '../testing/history.js';
import { createBuilds } from './builds.js';
import { openResults, type Results } from './results.js';
import { parseJobPath } from './run-path.js';

const newestMs = Date.parse('2026-11-28T12:00:00Z');
const job = parseJobPath('logs/nightly');
/** One an hour: more than a day of them. */
const RUNS = 120;

describe('builds of a bucket', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  let write: (path: string, text: string) => Promise<unknown>;
  let open: () => Results;
  let nowMs = newestMs;

  beforeAll(async () => {
    sandbox = await startSandbox({ docker: 'off' });
    const store = createObjectStore({ gcs: { apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '' } });
    sandbox.storage.objects.createBucket('ci-logs');
    write = (path, text) => store.write(`gs://ci-logs/${path}`, text);
    open = () => openResults(store, 'gs://ci-logs');
    const history = [...generateHistory({ job: job.job, runs: RUNS, tests: 1, newestMs, intervalMs: 3_600_000 })];
    const kept = history.filter(({ path }) => path.endsWith('started.json') || path.endsWith('.txt'));
    await Promise.all(kept.map(({ path, text }) => write(path, text)));
  });
  afterAll(() => sandbox.close());

  const builds = (results: Results) => createBuilds(results, { now: () => nowMs });

  it('finds the newest by few requests, however many there are', async () => {
    const results = open();
    const { builds: newest, more } = await builds(results).newest(job, { count: 10 });
    expect(newest.map(({ buildId }) => buildId)).toEqual(
      Array.from({ length: 10 }, (_, at) => buildIdAt(newestMs - at * 3_600_000, at)),
    );
    expect(newest[0]?.run).toBe(`logs/nightly/${newest[0]?.buildId}`);
    expect(more).toBe(true);
    // latest-build.txt, and one listing of the last day.
    expect(results.requests).toBe(2);
  });

  it('asks only for what is new afterwards', async () => {
    const results = open();
    const known = builds(results);
    await known.newest(job, { count: 10 });
    const before = results.requests;
    nowMs += 5_000;
    const added = buildIdAt(newestMs + 60_000);
    await write(`logs/nightly/${added}/started.json`, '{}');
    const { builds: newest } = await known.newest(job, { count: 10 });
    expect(newest[0]?.buildId).toBe(added);
    expect(results.requests - before).toBe(1);
    expect((await known.newest(job, { count: 10 })).builds).toHaveLength(10);
    expect(results.requests - before).toBe(1);
  });

  it('goes back to the oldest, page by page', async () => {
    const known = builds(open());
    const seen: string[] = [];
    for (let before: string | undefined; ; before = seen.at(-1)) {
      const page = await known.newest(job, { count: 50, ...(before === undefined ? {} : { before }) });
      seen.push(...page.builds.map(({ buildId }) => buildId));
      if (!page.more) break;
    }
    expect(seen.length).toBeGreaterThanOrEqual(RUNS);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toBe(buildIdAt(newestMs - (RUNS - 1) * 3_600_000, RUNS - 1));
  });

  it('lists jobs whose ids tell no time whole, in the order of numbers', async () => {
    for (const id of ['9', '10', '100', 'notes']) await write(`logs/small/${id}/started.json`, '{}');
    const { builds: all, more } = await builds(open()).newest(parseJobPath('logs/small'), { count: 20 });
    expect(all.map(({ buildId }) => buildId)).toEqual(['100', '10', '9']);
    expect(more).toBe(false);
  });

  it('follows the aliases of presubmits to wherever the results are now', async () => {
    const run = 'pr-logs/pull/acme_widgets/7/unit/1700000000000000001';
    await write('pr-logs/directory/unit/1700000000000000001.txt', `gs://moved-away/${run}`);
    const presubmit = parseJobPath('pr-logs/directory/unit');
    expect((await builds(open()).newest(presubmit, { count: 5 })).builds).toEqual([
      { buildId: '1700000000000000001', run },
    ]);
  });

  it('finds nothing where there is nothing', async () => {
    expect(await builds(open()).newest(parseJobPath('logs/none'), { count: 5 })).toEqual({ builds: [], more: false });
  });
});
