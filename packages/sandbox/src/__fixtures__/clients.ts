import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { env, execPath } from 'node:process';
import { promisify } from 'node:util';
import Docker from 'dockerode';
import { pack } from 'tar-stream';
import { expect } from 'vitest';
import type { Sandbox, SandboxOptions } from '../start-sandbox.js';
import { startSandbox } from '../start-sandbox.js';

const run = promisify(execFile);
const fetchScript = join(import.meta.dirname, '../../../../tools/fetch-helm.mjs');
const FETCH_TIMEOUT_MS = 60_000;
const CALL_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 16_000_000;

/** Path of a program: a variable says it (`TEST_HELM`, `TEST_HELM3`, `TEST_KUBECTL`), or the workspace's script has it. */
export async function findProgram(name: 'helm' | 'helm3' | 'kubectl'): Promise<string | undefined> {
  const variable = `TEST_${name.toUpperCase()}`;
  const given = env[variable];
  if (given !== undefined && given !== '') return given;
  try {
    const { stdout } = await run(execPath, [fetchScript, name], { timeout: FETCH_TIMEOUT_MS });
    return stdout.trim();
  } catch (error) {
    console.warn(`skipped: all tests with ${name}; name one by ${variable}. ${(error as Error).message}`);
    return undefined;
  }
}

/** How a call of a program ended. */
export interface Called {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A client that goes on until it is stopped: a watch, a forwarded port. */
export interface Running {
  /** Resolves with all it printed, once that matches. Rejects when the client ends before. */
  printed(pattern: RegExp): Promise<string>;
  /** Writes to its input; `undefined` ends it. */
  write(text: string | undefined): void;
  /** Ends it, and resolves with all it printed. */
  stop(): Promise<string>;
}

/** A sandbox with a cluster, a folder of files, and a way to call clients in it. */
export interface Clients extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly dir: string;
  /** Writes files below the folder. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs a client to its end. */
  call(program: string, args: readonly string[], options?: CallOptions): Promise<Called>;
  /** What a client prints when it succeeds. */
  output(program: string, args: readonly string[], options?: CallOptions): Promise<string>;
  /** Starts a client. */
  start(program: string, args: readonly string[]): Running;
  /** Builds an image whose files these are and pushes it; with a Docker stand-in only. @returns its reference */
  image(name: string, files: Readonly<Record<string, string>>): Promise<string>;
}

/** How a client is called. */
export interface CallOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a sandbox for clients. */
export async function startClients(options: SandboxOptions = {}): Promise<Clients> {
  const dir = await mkdtemp(join(tmpdir(), 'seatrial-clients-'));
  const sandbox = await startSandbox({ docker: 'off', defaultCluster: true, dataDir: dir, operationMs: 10, ...options });
  const own = { KUBECONFIG: sandbox.env['KUBECONFIG'], HOME: dir, PATH: env['PATH'] };
  const started = new Set<ChildProcess>();

  const call: Clients['call'] = async (program, args, { input, env: more } = {}) => {
    const running = run(program, args, { cwd: dir, env: { ...own, ...more }, timeout: CALL_TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES });
    running.child.stdin?.on('error', () => undefined).end(input ?? ''); // it may read nothing
    try {
      return { exitCode: 0, ...(await running) };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
      if (typeof code !== 'number') throw error; // not started, or out of time
      return { exitCode: code, stdout, stderr };
    }
  };

  return {
    sandbox,
    dir,
    call,
    async write(files) {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(dirname(join(dir, name)), { recursive: true });
        await writeFile(join(dir, name), text);
      }
    },
    async output(program, args, callOptions) {
      const { exitCode, stdout, stderr } = await call(program, args, callOptions);
      expect({ args, exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ args, exitCode: 0, stderr: '' });
      return stdout;
    },
    start(program, args) {
      const child = spawn(program, args, { cwd: dir, env: own });
      started.add(child);
      return follow(child);
    },
    async image(name, files) {
      const reference = `${sandbox.env['SEATRIAL_REGISTRY']}/${name}`;
      const { hostname, port } = new URL(sandbox.env['DOCKER_HOST'] ?? '');
      await buildAndPush(new Docker({ host: hostname, port: Number(port) }), reference, files);
      return reference;
    },
    async [Symbol.asyncDispose]() {
      for (const child of started) child.kill('SIGKILL');
      await sandbox.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function follow(child: ChildProcess): Running {
  let text = '';
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const check of waiting) check();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      wake();
    });
  }
  let ended = false;
  const end = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void end.then(() => {
    ended = true;
    wake();
  });
  return {
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (pattern.test(text)) resolve(text);
          else if (ended) reject(new Error(`the client ended without ${String(pattern)}; it printed ${text}`));
          else return;
          waiting.delete(check);
        };
        waiting.add(check);
        check();
      }),
    write(chunk) {
      if (chunk === undefined) child.stdin?.end();
      else child.stdin?.write(chunk);
    },
    async stop() {
      child.kill('SIGINT');
      await end;
      return text;
    },
  };
}

async function buildAndPush(
  docker: Docker,
  reference: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const context = pack();
  for (const [name, text] of Object.entries(files)) context.entry({ name, mode: 0o755 }, text);
  context.finalize();
  await done(docker, await docker.buildImage(context as unknown as NodeJS.ReadableStream, { t: reference }));
  await done(docker, await docker.getImage(reference).push({ authconfig: {} }));
}

async function done({ modem }: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  const events = await new Promise<{ error?: string }[]>((resolve, reject) => {
    modem.followProgress(stream, (error: Error | null, all: { error?: string }[]) => (error === null ? resolve(all) : reject(error)));
  });
  const failed = events.find(({ error }) => error !== undefined);
  if (failed !== undefined) throw new Error(failed.error);
}
