import { formatDuration } from './duration.js';
import type { Progress, ProgressOptions, ProgressUpdate } from './progress.js';
import { printable } from './text-width.js';

const LONGEST_NAME = 24;
/** Bytes that may wait for a slow reader; log lines beyond are left out here. The program must not wait for it. */
const MAX_PENDING_BYTES = 256 * 1024;
/** Characters that are written at once, at the latest; each write costs far more than a line. */
const BATCH = 16 * 1024;

/** Progress as timestamped lines: each change of state, each log line. */
export function createPlainProgress({ stream, clock, tasks }: Omit<ProgressOptions, 'isTty' | 'color'>): Progress {
  const last = new Map<string, ProgressUpdate>();
  const startedMs = new Map<string, number>();
  const width = Math.min(LONGEST_NAME, Math.max(0, ...tasks.map(({ name }) => name.length)));
  let isClosed = false;

  let leftOut = 0;
  let [second, time] = [-1, ''];

  /** What was shown in this turn, to be written when it is over. */
  let batch = '';
  const flush = () => {
    if (batch === '') return;
    const text = batch;
    batch = '';
    stream.write(text);
  };
  const show = (text: string) => {
    if (batch === '') queueMicrotask(flush);
    batch += `${text}\n`;
    if (batch.length > BATCH) flush();
  };

  const write = (name: string, text: string) => {
    if (isClosed) return;
    if (leftOut > 0) {
      show(`… ${leftOut} lines are left out here: whoever reads this is too slow`);
      leftOut = 0;
    }
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) [second, time] = [now, new Date(now * 1000).toISOString().slice(11, 19)];
    show(`${time} ${name.padEnd(width)}  ${printable(text)}`.trimEnd());
  };

  return {
    update(name, update) {
      const before = last.get(name);
      last.set(name, update);
      if (update.state !== before?.state) {
        if (update.state === 'running') startedMs.set(name, clock.now());
        write(name, formatChange(update, clock.now() - (startedMs.get(name) ?? clock.now())));
      } else if (update.text !== undefined && update.text !== before.text) {
        write(name, update.text);
      }
    },
    line(name, text) {
      if (((stream as Partial<NodeJS.WriteStream>).writableLength ?? 0) > MAX_PENDING_BYTES) leftOut += 1;
      else write(name, text);
    },
    print(text) {
      if (!isClosed) show(text);
    },
    async close() {
      isClosed = true;
      flush();
      await new Promise<void>((resolve) => stream.write('', () => resolve()));
    },
  };
}

function formatChange({ state, durationMs, reason, text }: ProgressUpdate, measuredMs: number): string {
  const hasEnded = state === 'succeeded' || state === 'failed' || state === 'aborted';
  const duration = hasEnded ? ` in ${formatDuration(durationMs ?? measuredMs)}` : '';
  const why = reason ?? text;
  return `${state}${duration}${why === undefined ? '' : `: ${why}`}`;
}
