import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedactor } from '@seatrial/cli';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogBook } from './log-book.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'log-book-'));
});
afterEach(() => rm(dir, { recursive: true }));

/** A clock that stands still; who sleeps is woken by `wake`. */
function stillClock() {
  let wake: () => void = () => undefined;
  return {
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      }),
    wake: () => wake(),
  };
}
const open = (secrets: readonly string[] = [], clock = stillClock()) =>
  openLogBook({ dir, clock, redact: createRedactor(secrets) });
const buildLog = () => readFile(join(dir, 'build-log.txt'), 'utf8');

describe(openLogBook, () => {
  it("writes a line to the task's log and to the build log", async () => {
    const book = await open();
    book.line('build', 'Step 1/3 : FROM scratch');
    book.line('lint', 'ok');
    await book.close();
    expect(await buildLog()).toBe(
      '2026-01-02T03:04:05.006Z build | Step 1/3 : FROM scratch\n2026-01-02T03:04:05.006Z lint | ok\n',
    );
    expect(await readFile(join(dir, 'artifacts/seatrial/logs/lint.log'), 'utf8')).toBe('2026-01-02T03:04:05.006Z ok\n');
  });

  it('shows lines while the run goes on', async () => {
    const clock = stillClock();
    const book = await open([], clock);
    book.line('build', 'first');
    clock.wake();
    await expect.poll(buildLog).toContain('first\n');
    await book.close();
  });

  it('leaves out colours, control characters and secrets, and mends text that is not well-formed', async () => {
    const book = await open(['hunter2hunter2']);
    book.line('build', '\u001b[31mred\u001b[0m hunter2hunter2\u0007\ttab\r');
    book.line('build', 'half \ud83d a pair');
    expect(book.tail('build')).toEqual(['red [redacted] \ttab', 'half \ufffd a pair']);
    await book.close();
  });

  it('breaks a line that does not end, and loses nothing of it', async () => {
    const book = await open();
    book.line('build', `${'x'.repeat(20_000)}end`);
    await book.close();
    const [first = '', second = ''] = (await buildLog()).split('\n');
    expect(first).toHaveLength('2026-01-02T03:04:05.006Z build | '.length + 20_000);
    expect(second).toMatch(/ build \| …end$/);
  });

  it('begins a new line behind one that a killed process left without its end', async () => {
    await appendFile(join(dir, 'build-log.txt'), 'torn');
    const book = await open();
    book.line('build', 'resumed');
    await book.close();
    expect(await buildLog()).toMatch(/^torn\n\S+ build \| resumed\n$/);
  });

  it('keeps the last 50 lines for the report of a failure', async () => {
    const book = await open();
    for (let i = 0; i < 60; i += 1) book.line('test', `line ${i}`);
    expect(book.tail('test')).toHaveLength(50);
    expect(book.tail('test')[0]).toBe('line 10');
    await book.close();
  });

  it('says once that a line cannot be written, and goes on', async () => {
    const failures: Error[] = [];
    const book = await openLogBook({
      dir,
      clock: stillClock(),
      redact: createRedactor([]),
      onFailure: (error) => failures.push(error),
    });
    await rm(dir, { recursive: true });
    book.line('test', 'nowhere to go');
    book.flush();
    book.flush();
    expect(failures).toHaveLength(1);
    expect(book.tail('test')).toEqual(['nowhere to go']);
    await expect(book.close()).rejects.toThrow('ENOENT');
    dir = await mkdtemp(join(tmpdir(), 'log-book-'));
  });
});
