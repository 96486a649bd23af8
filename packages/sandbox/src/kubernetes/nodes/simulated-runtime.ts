import type { Clock } from '../../clock.js';
import type { ContainerExit, ContainerHandle, ContainerRequest } from './container-runtime.js';
import { parseDuration } from './duration.js';

/** Annotations that script a simulated container. */
export const annotations = {
  exitCode: 'sandbox.seatrial.dev/exit-code',
  logs: 'sandbox.seatrial.dev/logs',
  duration: 'sandbox.seatrial.dev/duration',
} as const;

/**
 * Acts as if the container ran: it says so in its log, prints what the annotations give, and ends after their duration
 * with their exit code. Without them, init containers and those of pods that are not restarted always end at once with
 * 0, others run until they are stopped.
 *
 * @param options.reason Why it is not run for real.
 */
export function startSimulated(
  request: ContainerRequest,
  { clock, reason }: { readonly clock: Clock; readonly reason: string },
): ContainerHandle {
  const { pod, container, init } = request;
  const given = (name: string): string | undefined =>
    pod.metadata.annotations?.[`${name}.${container['name']}`] ?? (init ? undefined : pod.metadata.annotations?.[name]);
  const exitCode = given(annotations.exitCode);
  const duration = given(annotations.duration);
  const ends = exitCode !== undefined || duration !== undefined || init || pod.spec?.['restartPolicy'] !== 'Always';
  const abort = new AbortController();

  const say = (text: string): void => request.log(Buffer.from(text.endsWith('\n') ? text : `${text}\n`));
  const command = request.argv.length === 0 ? 'the command of its image' : request.argv.join(' ');
  say(`[sandbox] simulated: ${command} (${reason})`);
  const text = given(annotations.logs);
  if (text !== undefined) say(text);

  const exited = run();
  return {
    exited,
    simulated: true,
    async stop() {
      abort.abort();
      await exited;
    },
    exec: async () => ({ exitCode: 0, output: '' }),
  };

  async function run(): Promise<ContainerExit> {
    const durationMs = duration === undefined ? 0 : (parseDuration(duration) ?? 0);
    try {
      if (!ends) await untilAborted(abort.signal);
      else if (durationMs > 0) await clock.sleep(durationMs, abort.signal);
    } catch {
      return { exitCode: 0 }; // stopped: a simulated program heeds SIGTERM
    }
    return { exitCode: Number(exitCode ?? 0) || 0 };
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
