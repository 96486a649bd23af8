import type { ContextOf } from '@seatrial/cli';
import { gkeOptionsFromEnv } from '../environment.js';
import { createGke } from '../gke.js';
import type { deleteFlags } from './flags.js';
import { needed } from './flags.js';

/** Deletes a cluster and waits until it is gone. */
export async function deleteOne(context: ContextOf<typeof deleteFlags>): Promise<void> {
  const { flags, env, clock, logger, signal } = context;
  const environment = gkeOptionsFromEnv(env);
  const ref = {
    project: needed(flags.project ?? environment.project, 'project', 'CLOUDSDK_CORE_PROJECT'),
    location: needed(flags.zone ?? environment.location, 'zone', 'CLOUDSDK_COMPUTE_ZONE'),
    name: flags.cluster,
  };
  const gke = createGke({ ...environment, clock, logger });
  try {
    const onProgress = (text: string): void => logger.info(text, { cluster: ref.name });
    await gke.deleteCluster(ref, { timeoutMs: flags['timeout-minutes'] * 60_000, signal, onProgress });
    context.print(`${ref.name} in ${ref.location} is gone`);
  } finally {
    await gke.close();
  }
}
