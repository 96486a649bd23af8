import { PassThrough, Writable } from 'node:stream';
import type { Clock } from './clock.js';
import { systemClock } from './clock.js';
import type { Command, CommandIo } from './command.js';
import { runCommand } from './run-command.js';

/** A stream that keeps what is written. */
export interface TextSink extends Writable {
  /** All that was written so far. */
  readonly text: string;
}

/** Makes a stream that keeps what is written; with a size it passes for a terminal. */
export function createTextSink(size?: { readonly columns: number; readonly rows: number }): TextSink {
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  Object.defineProperty(sink, 'text', { get: () => Buffer.concat(chunks).toString('utf8') });
  if (size !== undefined) Object.assign(sink, size, { isTTY: true });
  return sink as TextSink;
}

/** What a command printed and returned. */
export interface TestRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in memory: no environment, empty stdin, no terminal, unless told otherwise. */
export async function runForTest(
  command: Command,
  argv: readonly string[],
  io: Partial<Omit<CommandIo, 'stdout' | 'stderr'>> & { readonly clock?: Clock } = {},
): Promise<TestRun> {
  const stdout = createTextSink();
  const stderr = createTextSink();
  const code = await runCommand(command, argv, {
    env: {},
    cwd: '/',
    stdin: new PassThrough().end(),
    signal: new AbortController().signal,
    clock: systemClock,
    ...io,
    stdout,
    stderr,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
