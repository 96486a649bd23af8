import xterm from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgressState, ProgressTask } from './progress.js';
import { createProgress } from './progress.js';
import { formatProgress } from './progress-view.js';
import { createTextSink } from './testing.js';
import { textWidth } from './text-width.js';

/** A clock whose sleepers wake when it is moved. */
function createClock() {
  let nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  const sleepers: { atMs: number; wake(): void }[] = [];
  return {
    now: () => nowMs,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        const onAbort = () => reject(signal?.reason);
        const wake = () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        };
        sleepers.push({ atMs: nowMs + ms, wake });
        signal?.addEventListener('abort', onAbort);
      }),
    async advance(ms: number) {
      nowMs += ms;
      for (const { atMs, wake } of [...sleepers]) if (atMs <= nowMs) wake();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

const tasks: readonly ProgressTask[] = [{ name: 'clone' }, { name: 'unit', group: 'checks' }, { name: 'deploy' }];

describe(createProgress, () => {
  describe('without a terminal', () => {
    const begin = () => {
      const stream = createTextSink();
      const clock = createClock();
      return { stream, clock, progress: createProgress({ stream, clock, tasks, isTty: false, color: false }) };
    };

    it('prints each change of state and each line', async () => {
      const { stream, clock, progress } = begin();
      progress.update('clone', { state: 'running' });
      progress.line('clone', 'Cloning into\u001b[0m src\r');
      await clock.advance(61_000);
      progress.update('clone', { state: 'succeeded' });
      progress.update('unit', { state: 'running', text: 'starting' });
      progress.update('unit', { state: 'running', text: 'half' });
      progress.update('unit', { state: 'running', text: 'half' });
      progress.update('unit', { state: 'failed', durationMs: 1_234, reason: '2 failed' });
      progress.update('deploy', { state: 'skipped', reason: 'needs "unit", which failed' });
      progress.print('FAIL');
      await progress.close();
      progress.line('clone', 'late');
      expect(stream.text).toBe(
        [
          '03:04:05 clone   running',
          '03:04:05 clone   Cloning into src',
          '03:05:06 clone   succeeded in 1m01s',
          '03:05:06 unit    running: starting',
          '03:05:06 unit    half',
          '03:05:06 unit    failed in 1.2s: 2 failed',
          '03:05:06 deploy  skipped: needs "unit", which failed',
          'FAIL',
          '',
        ].join('\n'),
      );
    });
  });

  describe('on a terminal', () => {
    const begin = async (size = { columns: 40, rows: 24 }, shown = tasks) => {
      const stream = createTextSink(size);
      const clock = createClock();
      const progress = createProgress({ stream, clock, tasks: shown, isTty: true, color: false });
      await import('log-update'); // it is loaded when the tree is made
      await clock.advance(0);
      return { stream, clock, progress };
    };

    /** What a terminal of this size shows of a text, what was scrolled away first. */
    const read = async (text: string, { columns: cols, rows } = { columns: 40, rows: 24 }) => {
      const terminal = new xterm.Terminal({ cols, rows, convertEol: true, allowProposedApi: true });
      await new Promise<void>((resolve) => terminal.write(text, resolve));
      const { length, baseY } = terminal.buffer.active;
      const lines = Array.from({ length }, (_, at) => terminal.buffer.active.getLine(at)?.translateToString(true));
      return { lines: lines.join('\n').trimEnd().split('\n'), scrolledLines: baseY };
    };
    const screen = async (text: string, size?: { columns: number; rows: number }) => (await read(text, size)).lines;

    it('shows the tree as soon as it can', async () => {
      const { stream, progress } = await begin();
      expect(await screen(stream.text)).toEqual(['· clone', 'checks', '  · unit', '· deploy']);
      await progress.close();
    });

    it('redraws the tree in place, changes together', async () => {
      const { stream, clock, progress } = await begin();
      progress.update('clone', { state: 'running' });
      progress.line('clone', 'first');
      progress.line('clone', 'receiving objects, a long line of text');
      const before = stream.text;
      await clock.advance(100);
      expect(await screen(stream.text)).toEqual([
        '▸ clone    100ms  receiving objects, a…',
        'checks',
        '  · unit',
        '· deploy',
      ]);
      expect(stream.text.slice(before.length).match(/▸ clone/g)).toHaveLength(1);
      expect(await screen(before)).toEqual(['· clone', 'checks', '  · unit', '· deploy']);
      await progress.close();
    });

    it('counts the time of what runs', async () => {
      const { stream, clock, progress } = await begin();
      progress.update('deploy', { state: 'running' });
      await clock.advance(100);
      await clock.advance(2_900);
      expect((await screen(stream.text)).at(-1)).toBe('▸ deploy    3.0s');
      await progress.close();
    });

    it('writes nothing while nothing changes', async () => {
      const { stream, clock, progress } = await begin();
      const before = stream.text;
      await clock.advance(1_000);
      await clock.advance(1_000);
      expect(stream.text).toBe(before);
      await progress.close();
    });

    it('writes lines that stay above the tree', async () => {
      const { stream, progress } = await begin();
      progress.print('SIGINT: stopping');
      expect(await screen(stream.text)).toEqual(['SIGINT: stopping', '· clone', 'checks', '  · unit', '· deploy']);
      await progress.close();
    });

    it('keeps all of a text that is taller than the window', async () => {
      const size = { columns: 40, rows: 6 };
      const { stream, progress } = await begin(size);
      const report = Array.from({ length: 20 }, (_, at) => `line ${at}`);
      progress.print(report.join('\n'));
      expect(await screen(stream.text, size)).toEqual([...report, '· clone', 'checks', '  · unit', '· deploy']);
      await progress.close();
    });

    it('never scrolls the window while it draws more tasks than fit', async () => {
      const size = { columns: 40, rows: 5 };
      const many = Array.from({ length: 12 }, (_, at) => ({ name: `t${at}` }));
      const { stream, clock, progress } = await begin(size, many);
      for (const { name } of many) {
        progress.update(name, { state: 'running' });
        await clock.advance(100);
        progress.update(name, { state: 'succeeded', durationMs: 5 });
        await clock.advance(1_000);
      }
      expect(await read(stream.text, size)).toEqual({
        lines: ['✔ t0      5ms', '✔ t1      5ms', '✔ t2      5ms', '… and 9 succeeded'],
        scrolledLines: 0,
      });
      await progress.close();
    });

    it('leaves the final state and the cursor behind', async () => {
      const size = { columns: 60, rows: 3 };
      const { stream, progress } = await begin(size);
      progress.update('clone', { state: 'succeeded', durationMs: 12_345 });
      progress.update('unit', { state: 'failed', durationMs: 20, reason: '2 failed' });
      progress.update('deploy', { state: 'skipped', reason: 'needs "unit"' });
      await progress.close();
      await progress.close();
      expect(await screen(stream.text, size)).toEqual([
        '✔ clone    12.3s',
        'checks',
        '  ✖ unit    20ms  2 failed',
        '↷ deploy          needs "unit"',
      ]);
      expect(stream.text.endsWith('\u001b[?25h')).toBe(true);
      expect(stream.text.startsWith('\u001b[?25l')).toBe(true);
    });

    it('leaves the final state behind when it is closed before it could show', async () => {
      const stream = createTextSink({ columns: 40, rows: 24 });
      const clock = createClock();
      const progress = createProgress({ stream, clock, tasks, isTty: true, color: false });
      progress.print('early');
      await progress.close();
      progress.print('late');
      await import('log-update');
      await clock.advance(1_000);
      expect(stream.text).toBe('early\n· clone\nchecks\n  · unit\n· deploy\nlate\n');
    });

    it('shows tasks that were not announced', async () => {
      const { stream, progress } = await begin();
      progress.update('extra', { state: 'running' });
      await progress.close();
      expect((await screen(stream.text)).at(-1)).toBe('▸ extra      0ms');
    });
  });
});

describe(formatProgress, () => {
  const row = (name: string, state: ProgressState, group?: string) => ({
    name,
    state,
    group,
    durationMs: undefined,
    text: '',
  });
  const states: readonly ProgressState[] = ['pending', 'running', 'succeeded', 'failed', 'skipped', 'aborted'];

  it('keeps what matters where lines are too few, and counts the rest', () => {
    const rows = [
      ...Array.from({ length: 30 }, (_, at) => row(`done-${at}`, 'succeeded')),
      row('bad', 'failed'),
      ...Array.from({ length: 3 }, (_, at) => row(`busy-${at}`, 'running')),
      ...Array.from({ length: 26 }, (_, at) => row(`wait-${at}`, 'pending')),
    ];
    expect(formatProgress(rows, { columns: 80, lines: 7, color: false })).toEqual([
      '✖ bad',
      '▸ busy-0',
      '▸ busy-1',
      '▸ busy-2',
      '· wait-0',
      '· wait-1',
      '… and 24 pending, 30 succeeded',
    ]);
  });

  it('never takes more lines or columns than there are', () => {
    const rows = fc.array(
      fc.record({
        name: fc.string({ minLength: 1 }),
        group: fc.option(fc.constantFrom('checks', 'tests'), { nil: undefined }),
        state: fc.constantFrom(...states),
        durationMs: fc.option(fc.nat(), { nil: undefined }),
        text: fc.string({ unit: 'grapheme', maxLength: 200 }),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(rows, fc.integer({ min: 20, max: 120 }), fc.integer({ min: 1, max: 30 }), (list, columns, lines) => {
        const drawn = formatProgress(list, { columns, lines, color: false });
        expect(drawn.length).toBeLessThanOrEqual(lines);
        for (const line of drawn) {
          expect(textWidth(line)).toBeLessThan(columns);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }),
    );
  });
});
