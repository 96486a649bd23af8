import { kill as killProcess } from 'node:process';
import { execa } from 'execa';
import { createLineSplitter } from './line-splitter.js';
import { createOutputTail } from './output-tail.js';
import type { Problem, TestCase } from './report.js';

/** Milliseconds between SIGTERM and SIGKILL. */
const KILL_AFTER_MS = 5_000;
const TAIL_LINES = 50;

/** Milliseconds since some fixed moment. */
export interface TimeSource {
  now(): number;
}

export interface RunCase<T> {
  readonly name: string;
  readonly className?: string;
  readonly clock: TimeSource;
  readonly run: () => Promise<T>;
}

/** Runs anything as a test case. What it throws is the case's failure, not an exception. */
export async function runAsTestCase<T>(
  spec: RunCase<T>,
): Promise<{ readonly case: TestCase; readonly result?: T; readonly error?: unknown }> {
  const startMs = spec.clock.now();
  const done = (problems: readonly Problem[]): TestCase => ({
    ...identity(spec),
    durationSeconds: secondsSince(spec.clock, startMs),
    problems,
  });
  try {
    const result = await spec.run();
    return { case: done([]), result };
  } catch (error) {
    const { message, name, stack } =
      error instanceof Error ? error : { message: String(error), name: 'Error', stack: undefined };
    const problem: Problem = { kind: 'failure', message, type: name, text: stack ?? message };
    return { case: done([problem]), error };
  }
}

export interface RunCommandCase {
  readonly name: string;
  readonly className?: string;
  /** Program and arguments; there is no shell. */
  readonly command: readonly string[];
  readonly cwd?: string;
  /** The whole environment of the program. @default none of its own: nothing is taken over */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Stops the program and all that it started: SIGTERM, and SIGKILL five seconds later. */
  readonly signal?: AbortSignal;
  /** Milliseconds. @default none */
  readonly timeoutMs?: number;
  /** Lines of output in the text of a failure. @default 50 */
  readonly tailLines?: number;
  /** Every line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
  readonly clock: TimeSource;
}

/** How a command ended. */
export interface RanCommand {
  readonly case: TestCase;
  /** `undefined` when it was ended by a signal or could not be started. */
  readonly exitCode: number | undefined;
  readonly signal?: string;
}

/**
 * Runs a command as a test case: its time, and for a failure its exit code or signal and the last lines of its output.
 * A program that cannot be started, is killed or runs out of time is an `error`; one that ends with another code than 0
 * is a `failure`.
 */
export async function runCommandAsTestCase(spec: RunCommandCase): Promise<RanCommand> {
  const { command, cwd, env = {}, signal, timeoutMs, onLine, clock, tailLines = TAIL_LINES } = spec;
  const [program = '', ...args] = command;
  const startMs = clock.now();
  const tail = createOutputTail(tailLines);
  const stop = new AbortController();
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(), timeoutMs);
  // A group of its own: what the program has started is stopped with it.
  const child = execa(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: defined(env),
    extendEnv: false,
    stdin: 'ignore',
    buffer: false,
    reject: false,
    detached: true,
  });
  const lines = [child.stdout, child.stderr].map((stream) => {
    const splitter = createLineSplitter((line) => {
      tail.push(line);
      onLine?.(line);
    });
    stream?.on('data', (chunk: Uint8Array) => splitter.write(chunk));
    return splitter;
  });
  const stopping = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
  const killTimer = killOn(stopping, child.pid);
  const ended = await child;
  clearTimeout(timer);
  killTimer.end();
  lines.forEach((splitter) => splitter.end());

  const why = reasonOf({ program, ended, timedOut: stop.signal.aborted, aborted: signal?.aborted === true, timeoutMs });
  const output = tail.text();
  const problems: Problem[] =
    why === undefined
      ? []
      : [{ ...why, text: [`${command.join(' ')}: ${why.message}`, output].filter((part) => part !== '').join('\n\n') }];
  return {
    case: { ...identity(spec), durationSeconds: secondsSince(clock, startMs), problems },
    exitCode: ended.exitCode,
    ...(ended.signal === undefined ? {} : { signal: ended.signal }),
  };
}

function killOn(signal: AbortSignal, pid: number | undefined): { end(): void } {
  let timer: NodeJS.Timeout | undefined;
  const kill = (name: NodeJS.Signals): void => {
    if (pid === undefined) return;
    try {
      killProcess(-pid, name);
    } catch {
      // ESRCH: the group is gone already.
    }
  };
  const onAbort = (): void => {
    kill('SIGTERM');
    timer = setTimeout(() => kill('SIGKILL'), KILL_AFTER_MS);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return {
    end() {
      signal.removeEventListener('abort', onAbort);
      // The program has ended; what it left behind of its group has not.
      if (timer !== undefined) kill('SIGKILL');
      clearTimeout(timer);
    },
  };
}

function reasonOf(facts: {
  readonly program: string;
  readonly ended: {
    readonly exitCode?: number | undefined;
    readonly signal?: string | undefined;
    readonly failed: boolean;
    readonly originalMessage?: string | undefined;
  };
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly timeoutMs: number | undefined;
}): Pick<Problem, 'kind' | 'message' | 'type'> | undefined {
  const { ended, program } = facts;
  if (facts.timedOut)
    return { kind: 'error', message: `was stopped after ${facts.timeoutMs ?? 0} ms`, type: 'timeout' };
  if (facts.aborted) return { kind: 'error', message: 'was stopped', type: 'aborted' };
  if (!ended.failed) return undefined;
  if (ended.signal !== undefined)
    return { kind: 'error', message: `was killed by ${ended.signal}`, type: ended.signal };
  if (ended.exitCode === undefined)
    return { kind: 'error', message: `could not start ${program}: ${ended.originalMessage ?? ''}`, type: 'spawn' };
  return { kind: 'failure', message: `exit code ${ended.exitCode}`, type: 'exit-code' };
}

function identity({
  name,
  className,
}: {
  readonly name: string;
  readonly className?: string;
}): Pick<TestCase, 'name' | 'className'> {
  return { name, ...(className === undefined ? {} : { className }) };
}

function secondsSince(clock: TimeSource, startMs: number): number {
  return Math.max(clock.now() - startMs, 0) / 1_000;
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
