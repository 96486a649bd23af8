import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import module from 'node:module';
import process from 'node:process'; // the edge: what `bin.ts` of every package would otherwise repeat
import { type Clock, systemClock } from './clock.js';
import type { Command } from './command.js';
import { withCompletion } from './completion-command.js';
import { formatError } from './error-report.js';
import { exitCodes } from './exit-codes.js';
import { runCommand } from './run-command.js';

/** Signals that ask a process to stop, with their numbers. */
const stopSignals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const SIGPIPE = 13;
/** Milliseconds after a second signal in which a third one ends the process at once. */
const IMPATIENCE_MS = 2_000;
/** Milliseconds in which the same signal once more is its echo. */
const ECHO_MS = 50;
// DECTCEM, https://vt100.net/docs/vt510-rm/DECTCEM.html
const SHOW_CURSOR = '\u001b[?25h';

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
  exit(code: number): void;
}

/** For `runBin`. */
export interface RunBinOptions {
  /** @default this process */
  readonly host?: Host;
  /** @default the machine's */
  readonly clock?: Pick<Clock, 'now'>;
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
 * whatever the command returns. There is no `process.exit()`: what is still being written gets finished. Only a third
 * signal, within two seconds of the one before, leaves at once, after saying what the command left behind.
 */
export async function runBin(command: Command, options: RunBinOptions = {}): Promise<void> {
  const { host = process as Host, clock = systemClock } = options;
  const { argv, env, stdout, stderr } = host;
  const onSignal = options.onSignal ?? ((name, count) => void stderr.write(signalNote(name, count)));
  // What is imported from here on, such as the clients of clouds, is compiled once (Node 22.8 and newer).
  if (host === process) (module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
  const controller = new AbortController();
  let kept: number | undefined;
  const stop = (error: StopError) => {
    kept ??= error.exitCode;
    host.exitCode = kept;
    controller.abort(error);
  };

  let count = 0;
  let lastMs = -Infinity;
  let lastName: StopSignal | undefined;
  const lastWords = new Set<() => string>();
  const listeners = (Object.entries(stopSignals) as [StopSignal, number][]).map(([name, number]) => {
    const listener = () => {
      stop(new StopError(`stopped by ${name}`, 128 + number));
      const nowMs = clock.now();
      // npm hands on what the terminal has sent to the whole group already.
      if (name === lastName && nowMs - lastMs <= ECHO_MS) return;
      lastName = name;
      const isImpatient = nowMs - lastMs <= IMPATIENCE_MS;
      lastMs = nowMs;
      onSignal(name, ++count);
      if (count < 3 || !isImpatient) return;
      if ('isTTY' in stderr && stderr.isTTY === true) stderr.write(SHOW_CURSOR);
      stderr.write(
        [`${name}: leaving now, before all is cleaned up`, ...[...lastWords].map((say) => say()), ''].join('\n'),
      );
      host.exit(kept ?? 128 + number);
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
  const onForcedExit = (say: () => string) => {
    lastWords.add(say);
    return () => void lastWords.delete(say);
  };
  const io = {
    env,
    cwd: host.cwd(),
    // Only for who reads it: making that stream takes Node a while.
    get stdin() {
      return host.stdin;
    },
    stdout,
    stderr,
    signal: controller.signal,
    clock: systemClock,
    version,
    onForcedExit,
  };
  const code = await runCommand(withCompletion(command), argv.slice(2), io);
  host.exitCode = kept ?? code;
  // From here on a signal ends the process at once, should something still hold it open.
  for (const { name, listener } of listeners) host.off(name, listener);
}

function signalNote(name: StopSignal, count: number): string {
  if (count === 1) return `${name}: stopping, cleaning up first\n`;
  return `${name}: still cleaning up, please wait; once more within 2 s leaves things behind\n`;
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
