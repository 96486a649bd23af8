import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process'; // the edge: what `bin.ts` of every package would otherwise repeat
import { systemClock } from './clock.js';
import type { Command } from './command.js';
import { formatError } from './error-report.js';
import { exitCodes } from './exit-codes.js';
import { runCommand } from './run-command.js';

/** Signals that ask a process to stop, with their numbers. */
const stopSignals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const SIGPIPE = 13;

/** Name of a signal that asks a process to stop. */
export type StopSignal = keyof typeof stopSignals;

/** What `runBin` uses of a process. */
export interface Host {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  exitCode?: number | string | null | undefined;
  cwd(): string;
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
}

/** For `runBin`. */
export interface RunBinOptions {
  /** @default this process */
  readonly host?: Host;
  /** Called at every stop signal with how many there were; the first one has aborted `signal` by then. @default says so on stderr */
  onSignal?(name: StopSignal, count: number): void;
}

/** The reason of an abort: what stopped the run, and the exit code it will have. */
export class StopError extends Error {
  static {
    this.prototype.name = 'StopError';
  }
  readonly code = 'STOPPED';
  /** 128 + the signal's number, or 3. */
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/**
 * Runs a command as this process: its arguments, environment and streams.
 *
 * A stop signal, a closed output and an unhandled rejection abort the command's signal; the exit code then tells so
 * whatever the command returns. There is no `process.exit()`: what is still being written gets finished.
 */
export async function runBin(command: Command, options: RunBinOptions = {}): Promise<void> {
  const { host = process as Host } = options;
  const { argv, env, stdin, stdout, stderr } = host;
  const onSignal = options.onSignal ?? ((name, count) => void stderr.write(signalNote(name, count)));
  const controller = new AbortController();
  let kept: number | undefined;
  const stop = (error: StopError) => {
    kept ??= error.exitCode;
    host.exitCode = kept;
    controller.abort(error);
  };

  let count = 0;
  const listeners = (Object.entries(stopSignals) as [StopSignal, number][]).map(([name, number]) => {
    const listener = () => {
      stop(new StopError(`stopped by ${name}`, 128 + number));
      onSignal(name, ++count);
    };
    host.on(name, listener);
    return { name, listener };
  });
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'EPIPE';
      stop(
        new StopError(
          isClosed ? 'output closed' : 'output failed',
          isClosed ? 128 + SIGPIPE : exitCodes.infrastructure,
          { cause: error },
        ),
      );
    });
  }
  const onUnhandled = (error: unknown) => {
    stderr.write(`${formatError(error, { color: false, withStack: true })}\n`);
    stop(new StopError('stopped by an unhandled error', exitCodes.infrastructure, { cause: error }));
  };
  host.on('unhandledRejection', onUnhandled);
  host.on('uncaughtException', onUnhandled);

  const version = () => findVersion(argv[1] ?? host.cwd());
  const io = { env, cwd: host.cwd(), stdin, stdout, stderr, signal: controller.signal, clock: systemClock, version };
  const code = await runCommand(command, argv.slice(2), io);
  host.exitCode = kept ?? code;
  // From here on a signal ends the process at once, should something still hold it open.
  for (const { name, listener } of listeners) host.off(name, listener);
}

function signalNote(name: StopSignal, count: number): string {
  return count === 1 ? `${name}: stopping, cleaning up first\n` : `${name}: still cleaning up, please wait\n`;
}

// The nearest package.json above the program, which npm may have linked from elsewhere.
function findVersion(script: string): string {
  let folder = dirname(realpathSync(script));
  for (;;) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: string };
      if (version !== undefined) return version;
    } catch {
      // No package.json here (ENOENT): the next folder up is asked.
    }
    const parent = dirname(folder);
    if (parent === folder) return '0.0.0';
    folder = parent;
  }
}
