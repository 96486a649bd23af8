import type { Progress, ProgressOptions, ProgressState, ProgressTask, ProgressUpdate } from './progress.js';
import type { ProgressRow } from './progress-view.js';
import { formatProgress } from './progress-view.js';

// Calm: what changes in between is drawn together; running durations tick once a second.
const REDRAW_MS = 100;
const TICK_MS = 1000;
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

interface Row extends ProgressTask {
  state: ProgressState;
  startedMs?: number;
  durationMs?: number;
  text: string;
}

/**
 * Progress as a tree that is redrawn in place.
 *
 * Not listr2: that starts tasks itself, draws all rows or loses the upper ones, and takes over the streams of the
 * process; here the tasks run elsewhere and the stream is given.
 */
export function createLiveProgress({ stream, color, clock, tasks }: Omit<ProgressOptions, 'isTty'>): Progress {
  const rows = new Map<string, Row>(tasks.map((task) => [task.name, createRow(task)]));
  const ended = new AbortController();
  let drawn: readonly string[] = [];
  let isScheduled = false;

  const redraw = (above = '') => {
    const lines = formatProgress(
      [...rows.values()].map((row) => viewOf(row, clock.now())),
      {
        ...sizeOf(stream),
        color,
      },
    );
    if (above === '' && lines.length === drawn.length && lines.every((line, at) => line === drawn[at])) return;
    stream.write(erase(drawn.length) + above + lines.map((line) => `${line}\n`).join(''));
    drawn = lines;
  };
  const schedule = () => {
    if (isScheduled || ended.signal.aborted) return;
    isScheduled = true;
    void clock.sleep(REDRAW_MS, ended.signal).then(
      () => {
        isScheduled = false;
        redraw();
      },
      () => undefined, // closed meanwhile: `close` draws
    );
  };
  const tick = (): Promise<void> => clock.sleep(TICK_MS, ended.signal).then(() => (redraw(), tick()));
  stream.write(HIDE_CURSOR);
  redraw();
  tick().catch(() => undefined); // ends with the abort of `close`

  return {
    update(name, update) {
      const row = rows.get(name) ?? createRow({ name });
      rows.set(name, row);
      apply(row, update, clock.now());
      schedule();
    },
    line(name, text) {
      const row = rows.get(name);
      if (row?.state !== 'running') return;
      row.text = text;
      schedule();
    },
    print(text) {
      if (ended.signal.aborted) stream.write(`${text}\n`);
      else redraw(`${text}\n`);
    },
    async close() {
      if (ended.signal.aborted) return;
      ended.abort(new Error('progress closed'));
      const views = [...rows.values()].map((row) => viewOf(row, clock.now()));
      const lines = formatProgress(views, { ...sizeOf(stream), lines: Infinity, color });
      const text = erase(drawn.length) + lines.map((line) => `${line}\n`).join('') + SHOW_CURSOR;
      await new Promise<void>((resolve) => stream.write(text, () => resolve()));
    },
  };
}

function createRow(task: ProgressTask): Row {
  return { ...task, state: 'pending', text: '' };
}

function apply(row: Row, { state, text, durationMs, reason }: ProgressUpdate, nowMs: number): void {
  if (state !== row.state) row.text = '';
  row.state = state;
  if (state === 'running') row.startedMs ??= nowMs;
  else if (row.startedMs !== undefined || durationMs !== undefined)
    row.durationMs = durationMs ?? nowMs - (row.startedMs ?? nowMs);
  row.text = reason ?? text ?? row.text;
}

function viewOf(row: Row, nowMs: number): ProgressRow {
  const runningMs = row.startedMs === undefined ? undefined : nowMs - row.startedMs;
  return { ...row, group: row.group, durationMs: row.state === 'running' ? runningMs : row.durationMs };
}

function sizeOf(stream: NodeJS.WritableStream): { readonly columns: number; readonly lines: number } {
  const { columns, rows } = stream as Partial<NodeJS.WriteStream>;
  return { columns: columns ?? 80, lines: (rows ?? 24) - 1 };
}

function erase(lines: number): string {
  return lines === 0 ? '' : `\u001b[${lines}A\u001b[0J`;
}
