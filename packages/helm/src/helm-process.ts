import { kill } from 'node:process';
import { createLineFilter, type RedactStream } from '@seatrial/cli';
import { execa } from 'execa';
import { systemClock } from './clock.js';
import type { Clock } from './clock.js';
import { HelmError } from './errors.js';
import { classifyFailure } from './failure.js';
import { createOutputTail } from './output-tail.js';

/** One run of the binary. */
export interface HelmInvocation {
  readonly path: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is added to it. */
  readonly env: Readonly<Record<string, string>>;
  /** What was tried, for messages: `install release "x"`. */
  readonly task: string;
  /** Where to run. @default the current directory */
  readonly cwd?: string | undefined;
  /** Text for stdin. @default none */
  readonly input?: string | undefined;
  /** Budget of the whole process in milliseconds. @default none */
  readonly timeoutMs?: number | undefined;
  /** Time between asking the process to stop and killing it, in milliseconds. @default 5_000 */
  readonly graceMs?: number | undefined;
  /** @default [] */
  readonly signals?: readonly (AbortSignal | undefined)[] | undefined;
  /** Gets stderr line by line, and stdout too when `streamStdout` is set. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Whether stdout is for reading along. Off where it carries data. @default false */
  readonly streamStdout?: boolean | undefined;
  /** Takes secrets out of what is read along and kept of it, before anything is cut. @default leaves it as it is */
  readonly createFilter?: (() => RedactStream) | undefined;
  readonly clock?: Clock | undefined;
}

/** How a run ended. */
export interface HelmOutcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  /** The last lines of stderr. */
  readonly stderr: string;
  /** The last lines of what was streamed. */
  readonly tail: string;
}

const maxStdoutBytes = 64 * 1024 * 1024;

/**
 * Runs helm in a process group of its own and waits for its end, whatever the exit code.
 *
 * On abort, and when the budget is spent, the group gets SIGTERM (helm then records the release as failed) and after
 * `graceMs` SIGKILL; only then does the promise settle.
 *
 * @throws {HelmError} `NOT_FOUND` when it cannot be started, `TIMEOUT` after the budget, `UNREADABLE_OUTPUT` on more than
 * 64 MB of stdout. Rejects with the signal's reason on abort.
 */
export async function runHelmProcess(invocation: HelmInvocation): Promise<HelmOutcome> {
  const { path, args, env, task, timeoutMs, graceMs = 5_000, clock = systemClock, onLine } = invocation;
  const { streamStdout = false } = invocation;
  const signals = (invocation.signals ?? []).filter((signal) => signal !== undefined);
  for (const signal of signals) signal.throwIfAborted();

  const stderr = createOutputTail();
  const tail = createOutputTail();
  const read = (line: string) => {
    tail.push(line);
    onLine?.(line);
  };
  const errors = createLineFilter(invocation.createFilter?.(), (line) => {
    stderr.push(line);
    read(line);
  });
  const output = createLineFilter(invocation.createFilter?.(), read);
  const child = execa(path, args, {
    env,
    extendEnv: false,
    ...(invocation.cwd === undefined ? {} : { cwd: invocation.cwd }),
    ...(invocation.input === undefined ? { stdin: 'ignore' as const } : { input: invocation.input }),
    stdout: function* (line: unknown) {
      if (streamStdout) output.push(String(line));
      yield line;
    },
    // eslint-disable-next-line require-yield -- nothing is yielded: the tail is all that is kept
    stderr: function* (line: unknown) {
      errors.push(String(line));
    },
    maxBuffer: { stdout: maxStdoutBytes },
    reject: false,
    detached: true, // a group of its own: exec plugins of the kubeconfig end with it
    cleanup: false,
    stripFinalNewline: false,
  });

  const ended = new AbortController();
  let stopReason: unknown;
  const stop = (reason: unknown) => {
    if (stopReason !== undefined) return;
    stopReason = reason;
    signalGroup(child.pid, 'SIGTERM');
    clock.sleep(graceMs, ended.signal).then(
      () => signalGroup(child.pid, 'SIGKILL'),
      () => undefined, // ended in time
    );
  };
  const abort = (event: Event) => stop((event.target as AbortSignal).reason ?? new Error('aborted'));
  for (const signal of signals) signal.addEventListener('abort', abort, { once: true });
  if (timeoutMs !== undefined) {
    clock.sleep(timeoutMs, ended.signal).then(
      () => stop(timeout(task, timeoutMs, tail.toString())),
      () => undefined, // ended in time
    );
  }
  try {
    const result = await child;
    output.end();
    errors.end();
    if (stopReason !== undefined) throw stopReason;
    if (result.isMaxBuffer) {
      throw new HelmError('UNREADABLE_OUTPUT', `${task}: helm wrote more than ${maxStdoutBytes} bytes`);
    }
    if (result.exitCode === undefined && result.signal === undefined) {
      throw new HelmError('NOT_FOUND', `${task}: cannot run ${path}: ${result.shortMessage}`, {
        cause: result.cause,
        hint: 'Check that the file is there and executable on this machine.',
      });
    }
    return { exitCode: result.exitCode, stdout: result.stdout, stderr: stderr.toString(), tail: tail.toString() };
  } finally {
    ended.abort();
    for (const signal of signals) signal.removeEventListener('abort', abort);
  }
}

/** {@link runHelmProcess}, where only exit code 0 will do. @throws {HelmError} with the code of {@link classifyFailure}. */
export async function runHelmOrThrow(invocation: HelmInvocation): Promise<HelmOutcome> {
  const outcome = await runHelmProcess(invocation);
  if (outcome.exitCode !== 0) throw failureOf(invocation.task, outcome);
  return outcome;
}

/** The error for an outcome that is not a success. */
export function failureOf(task: string, outcome: HelmOutcome): HelmError {
  const { code, hint, summary } = classifyFailure(outcome.stderr);
  return new HelmError(code, `${task}: ${summary}`, {
    hint,
    childExitCode: outcome.exitCode,
    stderr: outcome.stderr,
    // One line of helm's is the message already.
    detail: ['', `Error: ${summary}`].includes(outcome.tail) ? undefined : outcome.tail,
  });
}

function timeout(task: string, timeoutMs: number, tail: string): HelmError {
  return new HelmError('TIMEOUT', `${task}: helm was still running after ${timeoutMs} ms`, {
    hint: 'Look at events and logs of the pods that are not ready, or allow more time.',
    detail: tail === '' ? undefined : tail,
  });
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    kill(-pid, signal);
  } catch (error) {
    // ESRCH: ended by itself in the meantime, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
