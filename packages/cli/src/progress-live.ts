import type { createLogUpdate } from 'log-update';
import type { Progress, ProgressOptions, ProgressState, ProgressTask, ProgressUpdate } from './progress.js';
import type { ProgressRow } from './progress-view.js';
import { formatProgress } from './progress-view.js';

// Calm: what changes in between is drawn together; running durations tick once a second.
const REDRAW_MS = 100;
const TICK_MS = 1000;
// DECTCEM, https://vt100.net/docs/vt510-rm/DECTCEM.html
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

type Frame = ReturnType<typeof createLogUpdate>;

interface Row extends ProgressTask {
  state: ProgressState;
  startedMs?: number;
  durationMs?: number;
  text: string;
}

/**
 * Progress as a tree that is redrawn in place, by log-update.
 *
 * That hides the cursor of the process's stderr, whatever its stream, and cuts what should stay (`persist`) to the
 * height of the window; so both are done here: the cursor is hidden on the given stream, and lines that stay are
 * written between `clear` and the next frame. It is loaded when the first tree is made, to keep `--help` fast; the
 * tree shows a moment later.
 *
 * Not listr2: that starts tasks itself, draws all rows or loses the upper ones, and takes over the streams of the
 * process; here the tasks run elsewhere and the stream is given.
 */
export function createLiveProgress({ stream, color, clock, tasks }: Omit<ProgressOptions, 'isTty'>): Progress {
  const rows = new Map<string, Row>(tasks.map((task) => [task.name, createRow(task)]));
  const ended = new AbortController();
  let frame: Frame | undefined;
  let isScheduled = false;

  const linesFor = (lines: number) => {
    const views = [...rows.values()].map((row) => viewOf(row, clock.now()));
    return formatProgress(views, { ...sizeOf(stream), lines, color });
  };
  const redraw = () => frame?.(linesFor(sizeOf(stream).lines).join('\n'));
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
  const begin = async () => {
    const { createLogUpdate } = await import('log-update');
    if (ended.signal.aborted) return;
    stream.write(HIDE_CURSOR);
    frame = createLogUpdate(stream, { showCursor: true });
    redraw();
    await tick();
  };
  begin().catch(() => undefined); // ends with the abort of `close`; without a tree the final state is still drawn

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
      frame?.clear();
      stream.write(`${text}\n`);
      redraw();
    },
    async close() {
      if (ended.signal.aborted) return;
      ended.abort(new Error('progress closed'));
      const last = frame;
      frame = undefined;
      last?.clear();
      const lines = linesFor(Infinity).map((line) => `${line}\n`);
      const text = lines.join('') + (last === undefined ? '' : SHOW_CURSOR);
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
