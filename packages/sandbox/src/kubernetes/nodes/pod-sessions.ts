import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Duplex } from 'node:stream';
import { ApiError } from '../kube-api.js';
import type { ContainerSession, KubeObject, SessionOptions } from '../kube-api.js';
import type { ContainerLoop } from './container-loop.js';
import { StartError } from './container-runtime.js';

const NOT_RUN = 'it is simulated: no process runs in it';

/** Runs a command in a container. @throws {ApiError} 404, 400, 500 */
export async function openExec(
  loop: ContainerLoop | undefined,
  argv: readonly string[],
  { container, stdin, tty }: SessionOptions,
): Promise<ContainerSession> {
  const handle = loop?.handle;
  if (handle === undefined) throw notRunning(container);
  if (handle.open === undefined) {
    const message = `cannot exec into container ${JSON.stringify(container)}: ${NOT_RUN} (see its log for the reason)`;
    throw new ApiError({ code: 400, reason: 'BadRequest', message });
  }
  try {
    const session = await handle.open({ argv, stdin, tty });
    // What runs beside a container's own program ends with it.
    void handle.exited.then(() => session.close());
    return session;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const message = `Internal error occurred: error executing command in container: ${error.message}`;
    throw new ApiError({ code: 500, reason: 'InternalError', message });
  }
}

/** Joins what a container prints from now on, and its input where its spec asks for one. @throws {ApiError} 404 */
export function openAttached(loop: ContainerLoop | undefined, { container, tty }: SessionOptions): ContainerSession {
  const handle = loop?.handle;
  if (loop === undefined || handle === undefined) throw notRunning(container);
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const stop = loop.listen((chunk, stream) => void (stream === 'stderr' && !tty ? stderr : stdout).write(chunk));
  const end = (): void => {
    stop();
    stdout.end();
    stderr.end();
  };
  // How the program ended is the pod's status to tell: the attachment has gone well.
  const exited = handle.exited.then(() => {
    end();
    return 0;
  });
  return {
    stdin: handle.stdin ?? new PassThrough().resume(),
    stdout,
    stderr,
    exited,
    resize: () => undefined,
    close: end,
  };
}

/** Connects to a port of a pod. @throws {Error} in the words of the kubelet */
export async function dialPod(loops: readonly ContainerLoop[], pod: KubeObject, port: number): Promise<Duplex> {
  const running = loops.flatMap(({ handle }) => handle ?? []);
  const { name, namespace } = pod.metadata;
  const failure = `error forwarding port ${port} to pod ${namespace}/${name}: `;
  if (running.length === 0) throw new Error(`${failure}no container of it runs`);
  const real = running.find(({ simulated }) => !simulated);
  if (real === undefined) throw new Error(`${failure}${NOT_RUN}`);
  const host: string = real.address ?? pod.status?.['podIP'] ?? '127.0.0.1';
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, allowHalfOpen: true });
    socket.once('connect', () => resolve(socket.off('error', reject)));
    socket.once('error', reject);
  }).catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'ECONNREFUSED' ? 'connect: connection refused' : cause.message;
    throw new Error(`${failure}dial tcp ${host}:${port}: ${why}`, { cause });
  }) as Promise<Duplex>;
}

function notRunning(container: string): ApiError {
  const message = `container not found (${JSON.stringify(container)})`;
  return new ApiError({ code: 404, reason: 'NotFound', message, details: {} });
}
