import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ApiError } from '../api-error.js';
import type { Status } from '../api-error.js';
import type { ContainerSession } from '../kube-api.js';

/** The client's ends of a command's streams, whatever they travel over. Those it did not ask for are absent. */
export interface RemoteStreams {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** One JSON text after another: `{"Width":80,"Height":24}`. */
  readonly resize?: Readable;
  /** Takes the Status that the command ended with. */
  readonly error: Writable;
  /** The client is gone. */
  readonly closed: Promise<void>;
}

/**
 * Joins a command with its client until it has ended and all its output is handed over, then tells how it ended: a Status
 * as `k8s.io/client-go/tools/remotecommand` reads it in versions 4 and 5 of its protocol.
 */
export async function serveSession(session: ContainerSession, remote: RemoteStreams): Promise<void> {
  void remote.closed.then(() => session.close());
  remote.stdin?.on('error', () => undefined).pipe(session.stdin);
  remote.resize?.on('error', () => undefined).on('data', (chunk: Buffer) => resize(session, chunk));
  const outputs = [forward(session.stdout, remote.stdout), forward(session.stderr, remote.stderr)];
  const exitCode = await session.exited;
  await Promise.race([Promise.all(outputs), remote.closed]);
  remote.error.end(JSON.stringify(exitStatus(exitCode)));
}

/** Tells a client whose command could not be started why. */
export function refuseSession(error: unknown, { error: channel }: RemoteStreams): void {
  const status = error instanceof ApiError ? error.status : failure(error);
  channel.end(JSON.stringify(status));
}

function failure(error: unknown): Partial<Status> {
  const message = error instanceof Error ? error.message : String(error);
  return { metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 };
}

/** How a command ended. @see https://pkg.go.dev/k8s.io/apimachinery/pkg/util/remotecommand */
function exitStatus(exitCode: number): object {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  };
}

async function forward(from: Readable, to: Writable | undefined): Promise<void> {
  from.on('error', () => undefined);
  if (to === undefined) {
    from.resume();
    return;
  }
  from.pipe(to.on('error', () => undefined));
  await finished(to, { readable: false }).catch(() => undefined); // cut by the client
}

function resize(session: ContainerSession, chunk: Buffer): void {
  try {
    const { Width, Height } = JSON.parse(chunk.toString('utf8')) as { Width?: number; Height?: number };
    if (typeof Width === 'number' && typeof Height === 'number') session.resize({ width: Width, height: Height });
  } catch {
    // two sizes in one chunk: the next one tells the same
  }
}
