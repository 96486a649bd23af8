import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.js';
import type { LogSelection } from './log-file.js';

let dir: string;
let nowMs: number;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seatrial-log-'));
  nowMs = Date.UTC(2026, 10, 22, 9, 30, 0, 5);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const open = (maxBytes?: number): LogFile =>
  new LogFile(join(dir, 'log'), { now: () => nowMs, ...(maxBytes === undefined ? {} : { maxBytes }) });
const bytes = (text: string): Uint8Array => Buffer.from(text);

async function read(log: LogFile, selection: Partial<LogSelection> = {}): Promise<string> {
  const { signal } = new AbortController();
  const chunks: Uint8Array[] = [];
  for await (const chunk of log.read({ timestamps: false, follow: false, signal, ...selection })) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

describe(LogFile, () => {
  it('gives back what was written, however it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (pieces) => {
        const log = open();
        for (const piece of pieces) log.append(bytes(piece));
        log.close();
        expect(await read(log)).toBe(pieces.join(''));
        log.remove();
      }),
      { numRuns: 50 },
    );
  });

  it('keeps lines whole that are longer than its pieces', async () => {
    const log = open();
    const long = 'x'.repeat(40_000);
    log.append(bytes(`${long}\nend\n`));
    expect(await read(log)).toBe(`${long}\nend\n`);
    expect(await read(log, { tailLines: 2 })).toBe(`${long}\nend\n`);
  });

  it('does not mix the lines of two streams', async () => {
    const log = open();
    log.append(bytes('a begins'), 'stdout');
    log.append(bytes('whole\n'), 'stderr');
    log.append(bytes(' and ends\n'), 'stdout');
    expect(await read(log)).toBe('whole\na begins and ends\n');
  });

  it.each([
    [0, ''],
    [1, 'three\n'],
    [2, 'two\nthree\n'],
    [9, 'one\ntwo\nthree\n'],
  ])('shows the last %d lines', async (tailLines, expected) => {
    const log = open();
    log.append(bytes('one\ntwo\nthree\n'));
    expect(await read(log, { tailLines })).toBe(expected);
  });

  it('cuts at a number of bytes', async () => {
    const log = open();
    log.append(bytes('one\ntwo\n'));
    expect(await read(log, { limitBytes: 5 })).toBe('one\nt');
  });

  it('shows what is not older than a time, with timestamps', async () => {
    const log = open();
    log.append(bytes('one\n'));
    nowMs += 2_000;
    log.append(bytes('two\n'));
    const sinceMs = nowMs - 1_000;
    expect(await read(log, { sinceMs, timestamps: true })).toBe('2026-11-22T09:30:02.005000000Z two\n');
  });

  it('follows until it is closed', async () => {
    const log = open();
    log.append(bytes('one\n'));
    const all = read(log, { follow: true });
    await new Promise((resolve) => setImmediate(resolve));
    log.append(bytes('two\n'));
    log.append(bytes('thr'));
    log.close();
    expect(await all).toBe('one\ntwo\nthr');
  });

  it('stops following when the reader hangs up', async () => {
    const log = open();
    log.append(bytes('one\n'));
    const abort = new AbortController();
    const all = read(log, { follow: true, signal: abort.signal });
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect(await all).toMatch(/^(one\n)?$/);
  });

  it('forgets the oldest half when it has become too large', async () => {
    const log = open(1_000);
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`);
    for (const line of lines) log.append(bytes(`${line}\n`));
    const left = (await read(log)).trimEnd().split('\n');
    expect(left.length).toBeLessThan(40);
    expect(left).toEqual(lines.slice(-left.length));
  });
});
