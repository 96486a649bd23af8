import { resolve } from 'node:path';
import type { ContextOf } from '@seatrial/cli';
import { checkKnownFields } from '../known-fields.js';
import { writeKubeconfig } from '../kubeconfig.js';
import { createClusterInLocations } from '../locations.js';
import { buildCluster } from '../request.js';
import { undoCreation } from '../undo-creation.js';
import { requestOf } from './cluster-request.js';
import type { createFlags } from './create-flags.js';
import { kubeconfigUser } from './credentials.js';
import { needed, projectOf, withGke } from './session.js';

const CLEANUP_MS = 1_200_000;

/** Creates a cluster and prints it. When it fails or is stopped, what was made is deleted. */
export async function create(context: ContextOf<typeof createFlags>): Promise<void> {
  const { flags, logger, signal, clock } = context;
  await withGke(context, async ({ gke, environment }) => {
    const given = flags.zone.length > 0 ? flags.zone : [environment.location ?? ''];
    const locations = given.map((location) => needed(location, 'zone', 'CLOUDSDK_COMPUTE_ZONE'));
    const request = requestOf(context, projectOf(flags, environment));
    // All are checked before anything is sent: a wrong one must not wait for a stock-out in the right ones.
    const bodies = locations.map((location) => buildCluster({ ...request, location }));
    if (flags['dry-run'] === true) {
      await checkKnownFields(bodies[0] ?? {});
      context.printJson({ locations, cluster: bodies[0] });
      return;
    }
    const tried: string[] = [];
    const onLocation = (location: string): void => void tried.push(location);
    const onProgress = (text: string): void => logger.info(text, { cluster: request.name });
    try {
      const cluster = await createClusterInLocations(
        gke,
        { ...request, locations },
        {
          timeoutMs: flags['timeout-minutes'] * 60_000,
          waitForNodes: flags['wait-for-nodes'],
          signal,
          onProgress,
          onLocation,
        },
      );
      if (flags.kubeconfig !== undefined) {
        const path = resolve(context.cwd, flags.kubeconfig);
        await writeKubeconfig({ cluster, path, user: await kubeconfigUser(context) });
      }
      if (flags.json) context.printJson(cluster);
      else context.print(`${cluster.name} in ${cluster.location} is ${cluster.status} at ${cluster.endpoint}`);
    } catch (error) {
      if (flags['keep-failed'] === true) throw error;
      const { name, project } = request;
      logger.info('deleting what was made', { cluster: name });
      const failed = { project, name, locations: tried, runId: flags['run-id'], error };
      throw await undoCreation({ gke, clock }, failed, { timeoutMs: CLEANUP_MS, onProgress });
    }
  });
}
