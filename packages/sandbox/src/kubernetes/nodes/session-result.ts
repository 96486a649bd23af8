import type { Clock } from '../../clock.js';
import type { ContainerSession } from '../kube-api.js';
import type { ExecResult } from './container-runtime.js';

const MAX_OUTPUT_BYTES = 10_240;

/** Lets a command run to its end, or to that of its time: then it is closed, and its exit code is 124. */
export async function resultOf(
  session: ContainerSession,
  { timeoutMs, clock }: { readonly timeoutMs: number; readonly clock: Clock },
): Promise<ExecResult> {
  let output = '';
  for (const stream of [session.stdout, session.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      if (output.length < MAX_OUTPUT_BYTES) output += chunk.toString('utf8');
    });
  }
  const over = new AbortController();
  const late = clock.sleep(timeoutMs, over.signal).then(
    () => undefined,
    () => session.exited, // ended in time
  );
  const exitCode = await Promise.race([session.exited, late]);
  over.abort();
  if (exitCode !== undefined) return { exitCode, output };
  session.close();
  return { exitCode: 124, output: `command timed out after ${timeoutMs} ms` };
}

/** Of a command that cannot be started. */
export function notStarted(message: string): ExecResult {
  return { exitCode: 126, output: message };
}
