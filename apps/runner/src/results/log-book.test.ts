import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogBook } from './log-book.js';
import { createRedactor } from './redactor.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'log-book-'));
});
afterEach(() => rm(dir, { recursive: true }));

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6) };

describe(openLogBook, () => {
  it("writes a line to the task's log and to the build log", async () => {
    const book = await openLogBook({ dir, clock, redact: createRedactor([]) });
    book.line('build', 'Step 1/3 : FROM scratch');
    book.line('lint', 'ok');
    await book.close();
    expect(await readFile(join(dir, 'build-log.txt'), 'utf8')).toBe(
      '2026-01-02T03:04:05.006Z build | Step 1/3 : FROM scratch\n2026-01-02T03:04:05.006Z lint | ok\n',
    );
    expect(await readFile(join(dir, 'artifacts/seatrial/logs/lint.log'), 'utf8')).toBe('2026-01-02T03:04:05.006Z ok\n');
  });

  it('leaves out colours, secrets and the rest of a line that has no end', async () => {
    const book = await openLogBook({ dir, clock, redact: createRedactor(['hunter2hunter2']) });
    book.line('build', '\u001b[31mred\u001b[0m hunter2hunter2');
    book.line('build', 'x'.repeat(20_003));
    expect(book.tail('build')).toEqual(['red [redacted]', `${'x'.repeat(20_000)} [3 characters left out]`]);
    await book.close();
  });

  it('keeps the last 50 lines for the report of a failure', async () => {
    const book = await openLogBook({ dir, clock, redact: createRedactor([]) });
    for (let i = 0; i < 60; i += 1) book.line('test', `line ${i}`);
    expect(book.tail('test')).toHaveLength(50);
    expect(book.tail('test')[0]).toBe('line 10');
    await book.close();
  });
});
