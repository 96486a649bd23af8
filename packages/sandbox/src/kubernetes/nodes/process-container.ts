import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, posix } from 'node:path';
import { execPath, pid } from 'node:process';
import type { Clock } from '../../clock.js';
import { missingCommand, StartError } from './container-runtime.js';
import type { ContainerExit, ContainerHandle, ContainerRequest } from './container-runtime.js';
import { mapPath, planCommand } from './node-command.js';
import { preloadUrl } from './pod-preload.js';
import { execProcess, openProcess, signalGroup } from './process-session.js';

const TOKEN_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MAX_MESSAGE_BYTES = 4_096;

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
    stdio: [container['stdin'] === true ? 'pipe' : 'ignore', 'pipe', 'pipe', 'pipe'],
  });
  await started(child);
  child.stdin?.on('error', () => undefined); // it ended, or closed its input
  child.stdout?.on('data', (chunk: Buffer) => request.log(chunk, 'stdout'));
  child.stderr?.on('data', (chunk: Buffer) => request.log(chunk, 'stderr'));
  const exited = waitForEnd(child, messageFile);
  return {
    exited,
    simulated: false,
    stop: (graceMs) => stopGroup(child, exited, graceMs, options.clock),
    exec: (argv, timeoutMs) => execProcess({ ...subject, argv }, { cwd, env, timeoutMs, clock: options.clock }),
    open: (asked) => openProcess({ ...subject, argv: asked.argv }, { cwd, env, ...asked }),
    ...(child.stdin === null ? {} : { stdin: child.stdin }),
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
