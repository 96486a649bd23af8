import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Clock, Redactor } from '@seatrial/cli';
import { createLogFile, type LogFile } from './log-file.js';

/** Lines of a task that are kept for its failure text, and characters of each. */
const TAIL_LINES = 50;
const TAIL_LINE_LENGTH = 4_000;
/** Characters; a longer line goes on in the next one, behind a `…`. */
const MAX_LINE_LENGTH = 20_000;
// eslint-disable-next-line no-control-regex -- control characters but for tabs, and halves of pairs
const UNCLEAN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\ud800-\udfff]/;
/** Milliseconds that a line may wait to be written. */
const FLUSH_MS = 250;

/** The logs of one run: every task's own, and `build-log.txt` with all of them by time. */
export interface LogBook {
  /** Folder that holds `build-log.txt` and `artifacts/seatrial/logs/<task>.log`. */
  readonly dir: string;
  /** Adds a line: redacted, without colours and cursor movements, never torn by another's. Does not throw. */
  line(task: string, text: string): void;
  /** The last lines of a task, oldest first. */
  tail(task: string): readonly string[];
  /** Writes what waits. */
  flush(): void;
  /** Forgets what waits, and takes no line any more: the files are another process's now. */
  abandon(): void;
  /** Writes what waits. No line is taken after. @throws what kept a line from being written */
  close(): Promise<void>;
}

export interface LogBookOptions {
  readonly dir: string;
  readonly clock: Clock;
  /** Applied to every line. */
  readonly redact: Redactor;
  /** Called once, when a line could not be written: the disk is full, for one. What comes after it is only kept as tail. */
  onFailure?(error: Error): void;
}

/** Opens the logs of a run; an existing log (of a run that is resumed) is continued. */
export async function openLogBook({ dir, clock, redact, onFailure }: LogBookOptions): Promise<LogBook> {
  const taskDir = join(dir, 'artifacts', 'seatrial', 'logs');
  await mkdir(taskDir, { recursive: true });
  const all = createLogFile(join(dir, 'build-log.txt'));
  const files = new Map<string, LogFile>();
  const tails = new Map<string, string[]>();
  const ended = new AbortController();
  let failure: Error | undefined;
  let isWaiting = false;

  let [stampedMs, stamp] = [-1, ''];
  const stampOf = (nowMs: number): string => {
    if (nowMs !== stampedMs) [stampedMs, stamp] = [nowMs, new Date(nowMs).toISOString()];
    return stamp;
  };
  const trying = (write: () => void): void => {
    if (failure !== undefined) return;
    try {
      write();
    } catch (error) {
      failure = error as Error;
      onFailure?.(failure);
    }
  };
  const flush = () => {
    for (const file of [all, ...files.values()]) trying(() => file.flush());
  };
  const flushSoon = () => {
    if (isWaiting) return;
    isWaiting = true;
    clock.sleep(FLUSH_MS, ended.signal).then(
      () => {
        isWaiting = false;
        flush();
      },
      () => undefined, // closed meanwhile, which flushes
    );
  };
  const fileOf = (task: string): LogFile => {
    const known = files.get(task);
    if (known !== undefined) return known;
    const made = createLogFile(join(taskDir, `${task}.log`));
    files.set(task, made);
    return made;
  };

  return {
    dir,
    line(task, text) {
      if (ended.signal.aborted) return;
      const tail = tails.get(task) ?? [];
      tails.set(task, tail);
      const stamp = stampOf(clock.now());
      for (const piece of cleanPieces(redact(text))) {
        tail.push(piece.length > TAIL_LINE_LENGTH ? copyOf(`${piece.slice(0, TAIL_LINE_LENGTH)}…`) : piece);
        if (tail.length > TAIL_LINES) tail.shift();
        trying(() => fileOf(task).append(`${stamp} ${piece}`));
        trying(() => all.append(`${stamp} ${task} | ${piece}`));
      }
      flushSoon();
    },
    tail: (task) => tails.get(task) ?? [],
    flush,
    abandon() {
      failure ??= new Error('the run is another process’s now');
      ended.abort(failure);
    },
    async close() {
      ended.abort(new Error('the log is closed'));
      flush();
      if (failure !== undefined) throw failure;
    },
  };
}

/** A text of its own: a slice holds all that it was cut from. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}

/** Lines of printable text: what a terminal would have done with colours, cursors and `\r` says nothing to a reader. */
function cleanPieces(text: string): readonly string[] {
  if (text.length <= MAX_LINE_LENGTH && !UNCLEAN.test(text)) return [text];
  const line = stripVTControlCharacters(text)
    .replace(/\p{Cs}/gu, '\ufffd') // halves of a pair
    .replace(/\r+$/, '')
    // eslint-disable-next-line no-control-regex -- what is left of control characters, but for tabs
    .replace(/[\u0000-\u0008\u000a-\u001f\u007f]+/g, ' ');
  if (line.length <= MAX_LINE_LENGTH) return [line];
  const pieces: string[] = [];
  for (let from = 0; from < line.length; from += MAX_LINE_LENGTH) {
    pieces.push(`${from === 0 ? '' : '…'}${line.slice(from, from + MAX_LINE_LENGTH)}`);
  }
  return pieces;
}
