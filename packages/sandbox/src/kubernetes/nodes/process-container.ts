import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, posix } from 'node:path';
import { execPath, kill, pid } from 'node:process';
import type { Clock } from '../../clock.js';
import { missingCommand, StartError } from './container-runtime.js';
import type { ContainerExit, ContainerHandle, ContainerRequest, ExecResult } from './container-runtime.js';
import { mapPath, planCommand } from './node-command.js';
import { preloadUrl } from './pod-preload.js';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MAX_MESSAGE_BYTES = 4_096;
const MAX_EXEC_BYTES = 10_240;

/** What containers run as processes have in common. */
export interface ProcessOptions {
  readonly clock: Clock;
  /** PATH of the processes, behind the folder of the host's Node.js. */
  readonly hostPath: string;
  /** May each pod listen on an address of its own? Linux routes all of 127.0.0.0/8 to itself, others only 127.0.0.1. */
  readonly ownAddresses: boolean;
}

/** The container cannot be run as a process and is to be simulated. */
export interface NotNode {
  readonly kind: 'not-node';
}

/**
 * Runs a container of the sandbox's own image store as a process of the host, where its command is a Node.js script: in a
 * process group of its own, in a fresh copy of the image's files, with the pod's environment only.
 *
 * @throws {StartError} when the command is not in the image
 */
export async function startProcess(
  request: ContainerRequest,
  options: ProcessOptions,
): Promise<ContainerHandle | NotNode> {
  const { image, container } = request;
  if (image.stored === undefined) return { kind: 'not-node' };
  const root = `${request.dir}/root`;
  await mkdir(root, { recursive: true });
  await image.stored.unpack(root);
  const imageEnv = Object.fromEntries((image.config.Env ?? []).map((entry) => entry.split(/=(.*)/s, 2)));
  const { PATH: path, ...ownEnv } = imageEnv as Record<string, string>;
  const subject = {
    argv: request.argv,
    root,
    workingDir: request.workingDir,
    node: image.stored.node,
    ...(path === undefined ? {} : { path }),
  };
  const plan = await planCommand(subject);
  if (plan.kind === 'missing') throw missingCommand(plan.command);
  if (plan.kind === 'other') return { kind: 'not-node' };

  for (const mount of request.mounts) await link(root, mount.mountPath, mount.source);
  const messageFile = mapPath(root, container['terminationMessagePath'] ?? '/dev/termination-log');
  await mkdir(dirname(messageFile), { recursive: true });
  await writeFile(messageFile, '').catch(() => undefined); // below a read-only volume: then there is no message
  const cwd = mapPath(root, request.workingDir);
  await mkdir(cwd, { recursive: true });
  const env: Record<string, string> = {
    PATH: `${dirname(execPath)}:${options.hostPath}`,
    ...ownEnv,
    SANDBOX_POD_ROOT: root,
    ...(request.mounts.some(({ mountPath }) => mountPath === TOKEN_PATH)
      ? { KUBERNETES_SERVICEACCOUNT_DIR: mapPath(root, TOKEN_PATH) }
      : {}),
    ...request.env,
  };
  const preload = preloadUrl({ parentPid: pid, address: options.ownAddresses ? request.podIp : undefined });
  const child = spawn(execPath, ['--import', preload, ...plan.args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  await started(child);
  child.stdout?.on('data', (chunk: Buffer) => request.log(chunk, 'stdout'));
  child.stderr?.on('data', (chunk: Buffer) => request.log(chunk, 'stderr'));
  const exited = waitForEnd(child, messageFile);
  return {
    exited,
    simulated: false,
    stop: (graceMs) => stopGroup(child, exited, graceMs, options.clock),
    exec: (argv, timeoutMs) => execBeside({ ...subject, argv }, { cwd, env, timeoutMs, clock: options.clock }),
  };
}

function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(new StartError(`cannot start a process: ${cause.message}`, { cause })));
  });
}

async function link(root: string, mountPath: string, source: string): Promise<void> {
  const target = mapPath(root, mountPath);
  if (target === root || posix.normalize(mountPath) === '/') throw new StartError('a volume cannot be mounted at /');
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await symlink(source, target);
}

function waitForEnd(child: ChildProcess, messageFile: string): Promise<ContainerExit> {
  return new Promise((resolve) => {
    let ended: number | undefined;
    child.once('exit', (code, signal) => {
      ended = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      signalGroup(child, 'SIGKILL'); // what the program left behind ends with its container
    });
    // After `close` all output has been read.
    child.once('close', () => {
      child.stdio[3]?.destroy();
      void readMessage(messageFile).then((message) =>
        resolve({ exitCode: ended ?? 255, ...(message === '' ? {} : { message }) }),
      );
    });
    // The lease is a pipe too and would hold `close` back.
    child.once('exit', () => child.stdio[3]?.destroy());
  });
}

async function readMessage(file: string): Promise<string> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0)); // removed by the program
  return bytes.subarray(0, MAX_MESSAGE_BYTES).toString('utf8');
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    kill(-child.pid, signal);
  } catch {
    // ESRCH: all of the group have ended
  }
}

async function stopGroup(
  child: ChildProcess,
  exited: Promise<ContainerExit>,
  graceMs: number,
  clock: Clock,
): Promise<void> {
  const over = new AbortController();
  void exited.then(() => over.abort());
  if (graceMs > 0) {
    signalGroup(child, 'SIGTERM');
    await Promise.race([exited, clock.sleep(graceMs, over.signal).catch(() => undefined)]);
  }
  if (!over.signal.aborted) signalGroup(child, 'SIGKILL');
  over.abort();
  await exited;
}

async function execBeside(
  subject: Parameters<typeof planCommand>[0],
  limits: {
    readonly cwd: string;
    readonly env: Record<string, string>;
    readonly timeoutMs: number;
    readonly clock: Clock;
  },
): Promise<ExecResult> {
  const plan = await planCommand(subject);
  const [command = ''] = subject.argv;
  if (plan.kind === 'missing') return { exitCode: 126, output: missingCommand(command).message };
  const preload = preloadUrl({ parentPid: pid, address: undefined });
  // A process has no mounts: absolute paths mean the container's files.
  const mapped = subject.argv.slice(1).map((arg) => (arg.startsWith('/') ? mapPath(subject.root, arg) : arg));
  const [file, args] =
    plan.kind === 'node' ? [execPath, ['--import', preload, ...plan.args]] : [posix.basename(command), mapped];
  const child = spawn(file, [...args], {
    cwd: limits.cwd,
    env: limits.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    if (output.length < MAX_EXEC_BYTES) output += chunk.toString('utf8');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const over = new AbortController();
  return new Promise((resolve) => {
    const finish = (exitCode: number, text = output): void => {
      over.abort();
      child.stdio[3]?.destroy();
      resolve({ exitCode, output: text });
    };
    child.once('error', (error) => finish(126, error.message));
    child.once('exit', () => child.stdio[3]?.destroy());
    child.once('close', (code, signal) => finish(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    limits.clock.sleep(limits.timeoutMs, over.signal).then(
      () => {
        signalGroup(child, 'SIGKILL');
        finish(124, `command timed out after ${limits.timeoutMs} ms`);
      },
      () => undefined, // ended in time
    );
  });
}
