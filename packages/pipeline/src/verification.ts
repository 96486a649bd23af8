import type { Json } from './json.js';
import { toTaskError } from './result.js';
import type { Task } from './task.js';

/**
 * Whether what a task made is still there. Not being able to tell, or being stopped before it is known, is no reason
 * to trust it.
 */
export async function isStillThere(
  task: Task,
  output: Json | undefined,
  options: { readonly signal: AbortSignal; readonly log: (line: string) => void },
): Promise<boolean> {
  if (task.verify === undefined) return true;
  const { signal, log } = options;
  const stopped = new Promise<boolean>((resolve) => {
    if (signal.aborted) resolve(false);
    signal.addEventListener('abort', () => resolve(false), { once: true });
  });
  try {
    return await Promise.race([task.verify(output, { signal }), stopped]);
  } catch (error) {
    log(`could not tell whether what was done is still there: ${toTaskError(error).message}`);
    return false;
  }
}
