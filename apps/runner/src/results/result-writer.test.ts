import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, createRedactor, systemClock } from '@seatrial/cli';
import { startSandbox } from '@seatrial/sandbox';
import { createObjectStore } from '@seatrial/storage';
import { describe, expect, it } from 'vitest';
import { openLogBook } from './log-book.js';
import { createResultWriter } from './result-writer.js';

const RUN = 'gs://seatrial-results/logs/job/17';
const SECRET = 'planted/secret+0123456789';

/** Logs in a folder, and a bucket that they are put into. Its clock's sleeps are over when the test says so. */
async function writer(faults: readonly string[] = []) {
  const dir = await mkdtemp(join(tmpdir(), 'result-writer-'));
  const sandbox = await startSandbox({ docker: 'off', faults: [...faults] });
  const gcs = { apiEndpoint: sandbox.env['STORAGE_EMULATOR_HOST'] ?? '', retryDelayMs: 1, maxRetryDelayMs: 5 };
  const redact = createRedactor([SECRET]);
  const sleeps: number[] = [];
  let wake: () => void = () => undefined;
  const clock: Clock = {
    now: systemClock.now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleeps.push(ms);
        wake = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  const log = await openLogBook({ dir, clock: systemClock, redact });
  const store = createObjectStore({ gcs: { ...gcs, maxRetries: 0 } });
  const results = createResultWriter({ store, runUri: RUN, log, clock, redact, logsInPlace: false });
  const reader = createObjectStore({ gcs });
  return {
    log,
    results,
    sleeps,
    /** Resolves when the next round has been made. */
    async nextRound() {
      const before = sleeps.length;
      wake();
      await expect.poll(() => sleeps.length, { interval: 5 }).toBeGreaterThan(before);
    },
    published: async (name: string) => (await reader.find(`${RUN}/${name}`))?.text,
    written: (name: string) => readFile(join(dir, name), 'utf8'),
    /** Changes whenever an object is written, whatever is in it. */
    generationOf: async (name: string) => (await reader.stat(`${RUN}/${name}`))?.generation,
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const TASK_LOG = 'artifacts/seatrial/logs/lint.log';

describe(createResultWriter, () => {
  it('puts what the logs hold into a bucket while the run goes on, and what has not changed not again', async () => {
    await using it = await writer();
    const ended = new AbortController();
    it.log.line('lint', `first, token=${SECRET}`);
    const following = it.results.followLogs(ended.signal);
    await expect.poll(() => it.sleeps.length, { interval: 5 }).toBe(1);
    expect(await it.published(TASK_LOG)).toMatch(/^\S+Z first, token=\[redacted\]\n$/);
    expect(await it.published('build-log.txt')).toMatch(/^\S+Z lint \| first, token=\[redacted\]\n$/);

    const before = await it.generationOf(TASK_LOG);
    it.log.line('build', 'second');
    await it.nextRound();
    expect(await it.published('build-log.txt')).toMatch(/lint \| first[^]*build \| second\n$/);
    expect(await it.generationOf(TASK_LOG)).toBe(before);

    it.log.line('lint', 'last');
    ended.abort(new Error('the run has ended'));
    await following;
    await it.log.close();
    await it.results.publishLogs();
    for (const name of [TASK_LOG, 'build-log.txt']) expect(await it.published(name)).toBe(await it.written(name));
  });

  it('publishes whole lines of a log that grows under its hands, and all of it at the end', async () => {
    await using it = await writer();
    let lines = 0;
    let isDone = false;
    const write = async () => {
      for (let turn = 0; turn < 300; turn += 1) {
        for (let at = 0; at < 100; at += 1) it.log.line('lint', `line ${(lines += 1)} ${'x'.repeat(100)}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
      isDone = true;
    };
    const writing = write();
    for (let rounds = 0; !isDone || rounds < 2; rounds += 1) {
      await it.results.publishLogs();
      const text = (await it.published(TASK_LOG)) ?? '';
      expect(text).toMatch(/x\n$/);
      expect((await it.written(TASK_LOG)).startsWith(text)).toBe(true);
    }
    await writing;
    await it.log.close();
    await it.results.publishLogs();
    const text = (await it.published(TASK_LOG)) ?? '';
    expect(text.match(/^\S+Z line \d+ x{100}$/gm)?.length).toBe(lines);
  });

  it('says that a bucket could not be written, tries again, and pauses in proportion', async () => {
    await using it = await writer(['storage.POST:503:#1-1']);
    const ended = new AbortController();
    it.log.line('lint', 'first');
    const following = it.results.followLogs(ended.signal);
    await expect.poll(() => it.sleeps.length, { interval: 5 }).toBe(1);
    await it.nextRound();
    ended.abort(new Error('the run has ended'));
    await following;
    expect(await it.published('build-log.txt')).toMatch(/lint \| first\n\S+ seatrial \| logs not published: .+\n$/);
    for (const ms of it.sleeps) expect(ms).toBeGreaterThanOrEqual(5_000);
  });
});
