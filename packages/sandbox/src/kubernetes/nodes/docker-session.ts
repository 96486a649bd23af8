import { PassThrough } from 'node:stream';
import type { Clock } from '../../clock.js';
import type { ContainerSession } from '../kube-api.js';
import { StartError } from './container-runtime.js';
import type { ExecResult, SessionRequest } from './container-runtime.js';
import type { ContainerEngine, EngineContainer } from './docker-runtime.js';
import { notStarted, resultOf } from './session-result.js';

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
  { argv, ...limit }: { readonly argv: readonly string[]; readonly timeoutMs: number; readonly clock: Clock },
): Promise<ExecResult> {
  try {
    return await resultOf(await openInContainer(engine, container, { argv, stdin: false, tty: false }), limit);
  } catch (error) {
    return notStarted(messageOf(error));
  }
}

/** The engine's own words, which dockerode puts behind `(HTTP code 404) no such image - `. */
export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
