import type { ContextOf } from '@seatrial/cli';
import type { deleteFlags } from './flags.js';
import { clusterOf, withGke } from './session.js';

/** Deletes a cluster and waits until it is gone. */
export async function deleteOne(context: ContextOf<typeof deleteFlags>): Promise<void> {
  const { flags, logger, signal } = context;
  await withGke(context, async ({ gke, environment }) => {
    const ref = clusterOf(flags, environment);
    const onProgress = (text: string): void => logger.info(text, { cluster: ref.name });
    await gke.deleteCluster(ref, { timeoutMs: flags['timeout-minutes'] * 60_000, signal, onProgress });
    context.print(`${ref.name} in ${ref.location} is gone`);
  });
}
