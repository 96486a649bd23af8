import { gzipSync } from 'node:zlib';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore } from '@seatrial/storage';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openResults } from '../results/results.js';
import { fixtureClock, resultFolder } from '../testing/fixtures.js';
import { looksLikeError } from './log-index.js';
import { createLogSources } from './log-source.js';
import { createLogs } from './logs.js';

async function openFolder() {
  const folder = await resultFolder();
  const results = openResults(createObjectStore(), folder.uri);
  const sources = createLogSources(results);
  const logs = createLogs(sources, fixtureClock());
  return { folder, logs, results, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

const describeAll = { waitMs: 20_000 };

describe('logs by line', () => {
  it('gives the lines that a split would, wherever they are cut', async () => {
    await using open = await openFolder();
    const line = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', ' ', '<', '\u001b[31m', 'x'.repeat(300)),
      maxLength: 6,
    });
    let made = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 700 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 800 }),
        fc.integer({ min: 1, max: 300 }),
        async (lines, endsWithBreak, from, count) => {
          const path = `log-${(made += 1)}`;
          await open.folder.write(path, lines.join('\n') + (endsWithBreak && lines.length > 0 ? '\n' : ''));
          const text = lines.join('\n') + (endsWithBreak && lines.length > 0 ? '\n' : '');
          const all = text === '' ? [] : text.replace(/\n$/, '').split('\n');
          expect((await open.logs.describe(path, describeAll)).lines).toBe(all.length);
          expect((await open.logs.lines(path, { from, count })).lines).toEqual(all.slice(from - 1, from - 1 + count));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads on where a log grows, also in the middle of a line', async () => {
    await using open = await openFolder();
    await open.folder.write('log', 'one\ntw');
    expect(await open.logs.describe('log', describeAll)).toMatchObject({ lines: 2, complete: true });
    await open.folder.write('log', 'one\ntwo\nthree');
    expect(await open.logs.describe('log', describeAll)).toMatchObject({ lines: 3, complete: true });
    expect((await open.logs.lines('log', { from: 1, count: 10 })).lines).toEqual(['one', 'two', 'three']);
  });

  it('starts anew where a log became shorter', async () => {
    await using open = await openFolder();
    await open.folder.write('log', 'an error\nb\nc\n');
    await open.logs.describe('log', describeAll);
    await open.folder.write('log', 'x\n');
    const described = await open.logs.describe('log', describeAll);
    expect(described).toMatchObject({ lines: 1 });
    expect(described).not.toHaveProperty('firstError');
  });

  it('finds the first line that looks like an error', async () => {
    await using open = await openFolder();
    const lines = Array.from({ length: 5_000 }, (_, at) => `line ${at + 1}: 0 errors`);
    lines[4_321] = 'error: no such flag';
    await open.folder.write('log', lines.join('\n'));
    expect((await open.logs.describe('log', describeAll)).firstError).toBe(4_322);
  });

  it('searches all of it, in whatever case and through colours', async () => {
    await using open = await openFolder();
    await open.folder.write('log', 'a Needle\nhay\n\u001b[31mnee\u001b[0mdle\n');
    expect(await open.logs.search('log', 'nEEdle')).toEqual({ lines: [1, 3], total: 2 });
    expect(await open.logs.search('log', '')).toEqual({ lines: [], total: 0 });
  });

  it('reads only the part of a large log that is asked for', async () => {
    await using sandbox = await startSandbox({ docker: 'off' });
    sandbox.storage.objects.createBucket('ci-logs');
    const store = createObjectStore({ gcs: { apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '' } });
    const text = Array.from({ length: 50_000 }, (_, at) => `line ${at + 1}`).join('\n');
    await store.write('gs://ci-logs/log', text);
    const results = openResults(store, 'gs://ci-logs');
    const logs = createLogs(createLogSources(results), fixtureClock());
    await logs.describe('log', describeAll);
    const before = results.requests;
    expect((await logs.lines('log', { from: 49_999, count: 5 })).lines).toEqual(['line 49999', 'line 50000']);
    expect(results.requests - before).toBe(2); // its facts and one range
  });

  it('unpacks what is stored compressed, as it has no ranges, and cleans up', async () => {
    await using sandbox = await startSandbox({ docker: 'off' });
    sandbox.storage.objects.createBucket('ci-logs');
    const store = createObjectStore({ gcs: { apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '' } });
    await store.write('gs://ci-logs/log', gzipSync('one\ntwo\nthree\n'), { contentEncoding: 'gzip' });
    await using sources = createLogSources(openResults(store, 'gs://ci-logs'));
    const logs = createLogs(sources, fixtureClock());
    expect(await logs.describe('log', describeAll)).toMatchObject({ lines: 3, sizeBytes: 14 });
    expect((await logs.lines('log', { from: 2, count: 1 })).lines).toEqual(['two']);
  });

  it('cuts a line that nobody could read, and says so', async () => {
    await using open = await openFolder();
    await open.folder.write('log', `${'x'.repeat(25_000)}\nnext\n`);
    const { lines } = await open.logs.lines('log', { from: 1, count: 2 });
    expect(lines[0]).toBe(`${'x'.repeat(20_000)} [5000 characters left out]`);
    expect(lines[1]).toBe('next');
  });

  it.each([
    { from: 0, count: 1 },
    { from: 1, count: 2_001 },
    { from: 1.5, count: 1 },
    { from: Number.NaN, count: 1 },
  ])('refuses lines $from, $count', async (range) => {
    await using open = await openFolder();
    await open.folder.write('log', 'a\n');
    await expect(open.logs.lines('log', range)).rejects.toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }));
  });

  it('says that there is no log', async () => {
    await using open = await openFolder();
    await expect(open.logs.describe('none', describeAll)).rejects.toThrow(
      expect.objectContaining({ code: 'NOT_FOUND' }),
    );
  });
});

describe(looksLikeError, () => {
  it.each([
    'Error: context canceled',
    'not ok 3 - deploys',
    '2 failed, 0 errors',
    'FAIL  the API server serves TFJobs',
    'panic: runtime error',
    'Traceback (most recent call last):',
  ])('takes %j for one', (line) => {
    expect(looksLikeError(line)).toBe(true);
  });

  it.each([
    '0 errors',
    '12 passed, 0 failed',
    '# fail 0',
    'failures: 0',
    '"errors": 0',
    'failureConditions: []',
    'terror',
  ])('does not take %j for one', (line) => {
    expect(looksLikeError(line)).toBe(false);
  });
});
