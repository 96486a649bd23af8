import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { posix } from 'node:path';
import { execPath, kill, pid } from 'node:process';
import { PassThrough } from 'node:stream';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../clock.js';
import type { ContainerSession } from '../kube-api.js';
import { missingCommand, StartError } from './container-runtime.js';
import type { ExecResult } from './container-runtime.js';
import { mapPath, planCommand } from './node-command.js';
import type { CommandSubject } from './node-command.js';
import { preloadUrl } from './pod-preload.js';
import { notStarted, resultOf } from './session-result.js';

/** Where a command beside a container's own runs. */
export interface ProcessPlace {
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/**
 * Starts a command beside a container's own, in a process group of its own that ends with the sandbox. There is no
 * terminal: where one is asked for, output and errors come as one stream all the same.
 *
 * @throws {StartError} when it cannot be started
 */
export async function openProcess(
  subject: CommandSubject,
  { cwd, env, stdin, tty }: ProcessPlace & { readonly stdin: boolean; readonly tty: boolean },
): Promise<ContainerSession> {
  const { file, args, dir } = await planProcess(subject, cwd);
  const child = spawn(file, args, {
    cwd: dir,
    env,
    detached: true,
    stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new StartError(cause.message, { cause })));
  });
  const input: Writable = child.stdin ?? new PassThrough().resume();
  input.on('error', () => undefined); // EPIPE: it closed its input, or ended
  const exited = new Promise<number>((resolve) => {
    child.once('exit', () => child.stdio[3]?.destroy());
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  // Read from the first moment on: what nobody reads when the process ends, Node.js throws away.
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  gather(stdout, tty ? [child.stdout, child.stderr] : [child.stdout]);
  gather(stderr, tty ? [] : [child.stderr]);
  return {
    stdin: input,
    stdout,
    stderr,
    exited,
    resize: () => undefined,
    close: () => signalGroup(child, 'SIGKILL'),
  };
}

/** Runs a command to its end, or to that of its time. Never rejects: what cannot be started exits with 126. */
export async function execProcess(
  subject: CommandSubject,
  { timeoutMs, clock, ...place }: ProcessPlace & { readonly timeoutMs: number; readonly clock: Clock },
): Promise<ExecResult> {
  try {
    return await resultOf(await openProcess(subject, { ...place, stdin: false, tty: true }), { timeoutMs, clock });
  } catch (error) {
    return notStarted(error instanceof Error ? error.message : String(error));
  }
}

/** Signals the process group of a child; one that has ended is left alone. */
export function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    kill(-child.pid, signal);
  } catch {
    // ESRCH: all of the group have ended
  }
}

async function planProcess(
  subject: CommandSubject,
  cwd: string,
): Promise<{ readonly file: string; readonly args: readonly string[]; readonly dir: string }> {
  const plan = await planCommand(subject);
  const [command = '', ...given] = subject.argv;
  if (plan.kind === 'missing') throw missingCommand(plan.command);
  if (plan.kind === 'node') {
    const preload = preloadUrl({ parentPid: pid, address: undefined });
    return { file: execPath, args: ['--import', preload, ...plan.args], dir: cwd };
  }
  const file = posix.basename(command);
  // What tar packs is named by the paths it was given, which `kubectl cp` looks for: they must not become the host's.
  if (file === 'tar' && given.some((arg) => arg.startsWith('/'))) {
    return { file, args: given.map((arg) => (arg.startsWith('/') ? relative(arg) : arg)), dir: subject.root };
  }
  // A process has no mounts: absolute paths mean the container's files.
  return { file, args: given.map((arg) => (arg.startsWith('/') ? mapPath(subject.root, arg) : arg)), dir: cwd };
}

function relative(path: string): string {
  return posix.normalize(path).slice(1) || '.';
}

function gather(target: PassThrough, sources: readonly (Readable | null)[]): void {
  let open = sources.length;
  if (open === 0) target.end();
  for (const source of sources) {
    source?.pipe(target, { end: false }).on('error', () => undefined);
    source?.once('close', () => {
      open -= 1;
      if (open === 0) target.end();
    });
  }
}
