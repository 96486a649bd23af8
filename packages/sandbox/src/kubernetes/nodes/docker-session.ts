import { PassThrough } from 'node:stream';
import type { Clock } from '../../clock.js';
import type { ContainerSession } from '../kube-api.js';
import { StartError } from './container-runtime.js';
import type { ExecResult, SessionRequest } from './container-runtime.js';
import type { ContainerEngine, EngineContainer } from './docker-runtime.js';

const MAX_EXEC_BYTES = 10_240;

/**
 * Starts a command in a container of the engine, with a terminal where one is asked for. The engine has no way to end
 * it: closing the session leaves that to the command, which finds its input and output closed.
 *
 * @throws {StartError} in the engine's words
 */
export async function openInContainer(
  { modem }: ContainerEngine,
  container: EngineContainer,
  { argv, stdin, tty }: SessionRequest,
): Promise<ContainerSession> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  try {
    const asked = { Cmd: argv, AttachStdout: true, AttachStderr: true, AttachStdin: stdin, Tty: tty } as const;
    const exec = await container.exec(asked);
    const stream = await exec.start({ hijack: true, stdin, Tty: tty });
    if (tty) stream.pipe(stdout);
    else modem.demuxStream(stream, stdout, stderr);
    const ended = new Promise<void>((resolve) => {
      stream
        .once('end', resolve)
        .once('close', resolve)
        .once('error', () => resolve());
    });
    const exited = ended.then(async () => {
      stdout.end();
      stderr.end();
      const { ExitCode } = await exec.inspect().catch(() => ({ ExitCode: null })); // the container is gone
      return ExitCode ?? 137;
    });
    return {
      stdin: stream,
      stdout,
      stderr,
      exited,
      resize: ({ width, height }) => void exec.resize({ w: width, h: height }).catch(() => undefined), // it has ended
      close: () => void stream.destroy(),
    };
  } catch (cause) {
    throw new StartError(messageOf(cause), { cause });
  }
}

/** Runs a command to its end, or to that of its time. Never rejects: what cannot be started exits with 126. */
export async function execInContainer(
  engine: ContainerEngine,
  container: EngineContainer,
  { argv, timeoutMs, clock }: { readonly argv: readonly string[]; readonly timeoutMs: number; readonly clock: Clock },
): Promise<ExecResult> {
  try {
    const session = await openInContainer(engine, container, { argv, stdin: false, tty: false });
    let output = '';
    for (const stream of [session.stdout, session.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        if (output.length < MAX_EXEC_BYTES) output += chunk.toString('utf8');
      });
    }
    const over = new AbortController();
    const late = clock.sleep(timeoutMs, over.signal).then(
      () => undefined,
      () => session.exited, // ended in time
    );
    const exitCode = await Promise.race([session.exited, late]);
    over.abort();
    session.close();
    return exitCode === undefined
      ? { exitCode: 124, output: `command timed out after ${timeoutMs} ms` }
      : { exitCode, output };
  } catch (error) {
    return { exitCode: 126, output: messageOf(error) };
  }
}

/** The engine's own words, which dockerode puts behind `(HTTP code 404) no such image - `. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
