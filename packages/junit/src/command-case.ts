import type { ResultPromise } from 'execa';
import type { Clock } from './clock.js';
import { JunitError } from './errors.js';
import type { TextFilter } from './output-lines.js';
import { createLineSplitter, createOutputTail } from './output-lines.js';
import type { ProcessGroup } from './process-group.js';
import { findProcessGroup } from './process-group.js';
import type { Problem, TestCase } from './report.js';

/** A command to run as a test case. */
export interface CommandCaseSpec {
  readonly name: string;
  readonly className?: string;
  /** Program and arguments; no shell. */
  readonly command: readonly string[];
  /** @default the folder of this process */
  readonly cwd?: string;
  /** The command's environment, all of it. @default that of this process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Aborting ends the command and all it has started; the case has failed. */
  readonly signal?: AbortSignal;
  /** Budget in milliseconds, at the end of which the command is ended and the case has failed. @default none */
  readonly timeoutMs?: number;
  /** Time between SIGTERM and SIGKILL, in milliseconds. @default 10_000 */
  readonly graceMs?: number;
  /** Lines of output, of both streams, that a failed case has as its text. @default 50 */
  readonly tailLines?: number;
  /** Called for each line of either stream, without its end; a line of over 16,384 characters comes in pieces. */
  readonly onLine?: (line: string) => void;
  /** Makes what changes the text of a stream before it is cut into lines: a redactor. @default none */
  readonly createFilter?: () => TextFilter;
  readonly clock: Clock;
}

/** What became of it. */
export interface CommandCase {
  readonly case: TestCase;
  /** `undefined` when a signal ended the command, or it could not be started. */
  readonly exitCode: number | undefined;
  /** Name of the signal that ended it. */
  readonly signal?: string;
}

interface Exit {
  readonly exitCode?: number;
  readonly signal?: string;
  /** Why it could not be started. */
  readonly failure?: string;
}

/**
 * Runs a command as a test case: exit code 0 is a pass, everything else a failure with the end of the output as text.
 *
 * The command leads a process group of its own. On abort and timeout the whole group gets SIGTERM and, `graceMs`
 * later, SIGKILL; the same goes for processes that keep the output open after the command itself has ended. Memory is
 * bounded whatever is written. Standard input is empty.
 *
 * @throws {JunitError} `INVALID_OPTION` for a command without a program; and what `onLine` throws.
 */
export async function runCommandAsTestCase(spec: CommandCaseSpec): Promise<CommandCase> {
  const { name, className, command, cwd, env, signal, timeoutMs, tailLines = 50, onLine, clock } = spec;
  const [program, ...args] = command;
  if (program === undefined || program === '') throw new JunitError('INVALID_OPTION', 'no command to run');
  const startedMs = clock.now();
  const tail = createOutputTail(tailLines);
  let stopped: Problem | undefined;
  let exit: Exit = {};
  if (signal?.aborted) {
    stopped = abortProblem(signal);
  } else {
    const { execa } = await import('execa');
    const child = execa(program, args, {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env: withoutUndefined(env), extendEnv: false }),
      stdin: 'ignore',
      buffer: false,
      encoding: 'buffer',
      detached: true,
      cleanup: true,
      reject: false,
    });
    const lines = (line: string) => {
      tail.push(line);
      onLine?.(line);
    };
    const limits = {
      clock,
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    const read = (stream: AsyncIterable<Uint8Array>) => readLines(stream, lines, spec.createFilter?.());
    ({ exit, stopped } = await follow(child, read, { ...limits, graceMs: spec.graceMs ?? 10_000 }));
  }
  const problem = stopped ?? describeExit(program, exit);
  const text = tail.toString();
  const testCase: TestCase = {
    name,
    ...(className === undefined ? {} : { className }),
    durationSeconds: Math.max(0, clock.now() - startedMs) / 1000,
    problems: problem === undefined ? [] : [{ ...problem, text: text === '' ? (problem.message ?? '') : text }],
  };
  return { case: testCase, exitCode: exit.exitCode, ...(exit.signal === undefined ? {} : { signal: exit.signal }) };
}

interface FollowLimits {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly graceMs: number;
}

type Child = ResultPromise<{ buffer: false; encoding: 'buffer'; reject: false; detached: true; stdin: 'ignore' }>;

/** Reads a child's output to its end, and ends the child when it is time. */
async function follow(
  child: Child,
  read: (stream: AsyncIterable<Uint8Array>) => Promise<void>,
  limits: FollowLimits,
): Promise<{ readonly exit: Exit; readonly stopped: Problem | undefined }> {
  const { clock, signal, timeoutMs, graceMs } = limits;
  const group = await findProcessGroup(child);
  const done = new AbortController();
  let stopped: Problem | undefined;
  let ending: Promise<void> | undefined;
  const end = (problem: Problem | undefined): void => {
    stopped ??= problem;
    ending ??= endGroup(group, clock, { graceMs, done: done.signal });
  };
  const onAbort = () => end(abortProblem(signal));
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  const timer =
    timeoutMs === undefined
      ? undefined
      : sleepQuietly(clock, timeoutMs, done.signal).then((isOver) => {
          if (isOver) end({ kind: 'failure', type: 'TIMEOUT', message: `not done within ${timeoutMs} ms` });
        });
  const exited = waitForExit(child);
  // What stays behind in the group may hold the output open for ever.
  const leftBehind = exited.then(async () => {
    if (await sleepQuietly(clock, graceMs, done.signal)) end(undefined);
  });
  try {
    await Promise.all([child.stdout, child.stderr].map(read));
    return { exit: await exited, stopped };
  } catch (error) {
    group.kill('SIGKILL');
    throw error;
  } finally {
    done.abort();
    signal?.removeEventListener('abort', onAbort);
    await Promise.all([timer, leftBehind, ending, child.catch(() => undefined)]);
    // Nothing that a stopped command has started goes on.
    if (ending !== undefined) group.kill('SIGKILL');
  }
}

async function endGroup(
  group: ProcessGroup,
  clock: Clock,
  { graceMs, done }: { readonly graceMs: number; readonly done: AbortSignal },
): Promise<void> {
  group.kill('SIGTERM');
  if (await sleepQuietly(clock, graceMs, done)) group.kill('SIGKILL');
}

async function readLines(
  stream: AsyncIterable<Uint8Array>,
  onLine: (line: string) => void,
  filter: TextFilter | undefined,
): Promise<void> {
  const splitter = createLineSplitter(onLine, { filter });
  for await (const chunk of stream) splitter.push(chunk);
  splitter.end();
}

function waitForExit(child: Child): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => {
      resolve({ ...(exitCode === null ? {} : { exitCode }), ...(signal === null ? {} : { signal }) });
    });
    child.once('error', (error: Error) => resolve({ failure: error.message }));
    if (child.pid === undefined)
      void child.then(({ shortMessage }) => resolve({ failure: shortMessage ?? 'not started' }));
  });
}

// Gubernator takes a case with nothing but an `error` for a pass, so all of these are failures.
function describeExit(program: string, { exitCode, signal, failure }: Exit): Problem | undefined {
  if (exitCode === 0) return undefined;
  if (exitCode !== undefined) return { kind: 'failure', type: 'EXIT_CODE', message: `exited with code ${exitCode}` };
  if (signal !== undefined) return { kind: 'failure', type: 'SIGNAL', message: `was ended by ${signal}` };
  return { kind: 'failure', type: 'NOT_STARTED', message: `cannot run ${program}: ${failure ?? 'no reason given'}` };
}

function abortProblem(signal: AbortSignal | undefined): Problem {
  const reason: unknown = signal?.reason;
  return {
    kind: 'failure',
    type: 'ABORTED',
    message: `aborted: ${reason instanceof Error ? reason.message : String(reason)}`,
  };
}

/** Whether the time went by without an abort. */
async function sleepQuietly(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return !signal.aborted;
  } catch (error) {
    // The clock rejects with the abort's reason: the wait is not needed any more.
    if (signal.aborted) return false;
    throw error;
  }
}

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
