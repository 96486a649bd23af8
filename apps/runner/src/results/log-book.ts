import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { stripVTControlCharacters } from 'node:util';
import type { Clock } from '@seatrial/cli';
import type { Redact } from './redactor.js';

/** Lines of a task that are kept for its failure text. */
const TAIL_LINES = 50;
/** Characters; a longer line is cut in the logs, with a note of how much was left out. */
const MAX_LINE_LENGTH = 20_000;

/** The logs of one run: every task's own, and `build-log.txt` with all of them by time. */
export interface LogBook {
  /** Folder that holds `build-log.txt` and `logs/<task>.log`. */
  readonly dir: string;
  line(task: string, text: string): void;
  /** The last lines of a task, oldest first. */
  tail(task: string): readonly string[];
  /** Resolves when every line is on disk. No line is taken after. */
  close(): Promise<void>;
}

export interface LogBookOptions {
  readonly dir: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Applied to every line. */
  readonly redact: Redact;
}

/** Opens the logs of a run; an existing log (of a run that is resumed) is continued. */
export async function openLogBook({ dir, clock, redact }: LogBookOptions): Promise<LogBook> {
  const taskDir = join(dir, 'artifacts', 'seatrial', 'logs');
  await mkdir(taskDir, { recursive: true });
  const all = createWriteStream(join(dir, 'build-log.txt'), { flags: 'a' });
  const streams = new Map<string, WriteStream>();
  const tails = new Map<string, string[]>();
  let failure: Error | undefined;
  const open = (stream: WriteStream): WriteStream => stream.on('error', (error) => (failure ??= error));
  open(all);

  const streamOf = (task: string): WriteStream => {
    const known = streams.get(task);
    if (known !== undefined) return known;
    const made = open(createWriteStream(join(taskDir, `${task}.log`), { flags: 'a' }));
    streams.set(task, made);
    return made;
  };

  return {
    dir,
    line(task, text) {
      const clean = cleanLine(redact(text));
      const tail = tails.get(task) ?? [];
      tails.set(task, tail);
      tail.push(clean);
      if (tail.length > TAIL_LINES) tail.shift();
      const stamp = new Date(clock.now()).toISOString();
      streamOf(task).write(`${stamp} ${clean}\n`);
      all.write(`${stamp} ${task} | ${clean}\n`);
    },
    tail: (task) => tails.get(task) ?? [],
    async close() {
      await Promise.allSettled(
        [all, ...streams.values()].map(async (stream) => {
          stream.end();
          await finished(stream);
        }),
      );
      if (failure !== undefined) throw failure;
    },
  };
}

function cleanLine(text: string): string {
  const line = stripVTControlCharacters(text).replaceAll('\r', '').replaceAll('\n', ' ');
  if (line.length <= MAX_LINE_LENGTH) return line;
  return `${line.slice(0, MAX_LINE_LENGTH)} [${line.length - MAX_LINE_LENGTH} characters left out]`;
}
