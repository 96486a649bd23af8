import type { Clock } from '../../clock.js';
import type { Fields } from '../kube-api.js';
import type { ContainerHandle } from './container-runtime.js';

/**
 * Runs `lifecycle.postStart` of a container's spec.
 *
 * @returns why it failed, `undefined` when it passed or there is none
 */
export async function runPostStart(
  handle: ContainerHandle,
  spec: Fields,
  timeoutMs: number,
): Promise<string | undefined> {
  const command = spec['lifecycle']?.postStart?.exec?.command;
  if (command === undefined || handle.simulated) return undefined;
  const { exitCode, output } = await handle.exec(command, timeoutMs);
  if (exitCode === 0) return undefined;
  return `PostStartHook failed: command '${command.join(' ')}' exited with ${exitCode}: ${output}`;
}

/** Runs `lifecycle.preStop` of a container's spec, and ends the container with what is left of the grace. */
export async function stopWithHook(
  handle: ContainerHandle,
  spec: Fields,
  { clock, graceMs }: { readonly clock: Clock; readonly graceMs: number },
): Promise<void> {
  const deadline = clock.now() + graceMs;
  const preStop = spec['lifecycle']?.preStop;
  if (preStop !== undefined && graceMs > 0 && !handle.simulated) {
    const over = new AbortController();
    void handle.exited.then(() => over.abort());
    if (preStop.exec !== undefined) await handle.exec(preStop.exec.command ?? [], graceMs);
    if (preStop.sleep !== undefined) {
      const ms = Math.min(graceMs, 1_000 * Number(preStop.sleep.seconds ?? 0));
      await clock.sleep(ms, over.signal).catch(() => undefined); // it ended by itself
    }
  }
  await handle.stop(Math.max(0, deadline - clock.now()));
}
