import { resolve } from 'node:path';
import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { gkeOptionsFromEnv } from '../environment.js';
import { createGke } from '../gke.js';
import { writeKubeconfig } from '../kubeconfig.js';
import { clusterName, labelValue, runLabels } from '../labels.js';
import { createClusterInLocations } from '../locations.js';
import type { ClusterRequest } from '../request.js';
import { buildCluster } from '../request.js';
import { kubeconfigUser } from './credentials.js';
import type { createFlags } from './flags.js';
import { needed } from './flags.js';

/** Creates a cluster and prints it. */
export async function create(context: ContextOf<typeof createFlags>): Promise<void> {
  const { flags, env, clock, logger, signal } = context;
  const environment = gkeOptionsFromEnv(env);
  const locations =
    flags.zone.length > 0 ? flags.zone : [needed(environment.location, 'zone', 'CLOUDSDK_COMPUTE_ZONE')];
  const { location: _, ...anywhere } = requestOf(context, locations[0] as string);
  if (flags['dry-run'] === true) {
    context.printJson({ locations, cluster: buildCluster({ ...anywhere, location: locations[0] as string }) });
    return;
  }
  const gke = createGke({ ...environment, clock, logger });
  try {
    const timeoutMs = flags['timeout-minutes'] * 60_000;
    const onProgress = (text: string): void => logger.info(text, { cluster: anywhere.name });
    const cluster = await createClusterInLocations(gke, { ...anywhere, locations }, { timeoutMs, signal, onProgress });
    if (flags.kubeconfig !== undefined) {
      await writeKubeconfig({ cluster, path: resolve(context.cwd, flags.kubeconfig), user: kubeconfigUser(env) });
    }
    if (flags.json) context.printJson(cluster);
    else context.print(`${cluster.name} in ${cluster.location} is ${cluster.status} at ${cluster.endpoint}`);
  } finally {
    await gke.close();
  }
}

function requestOf({ flags, env, clock }: ContextOf<typeof createFlags>, location: string): ClusterRequest {
  const runId = flags['run-id'];
  const accelerators = Object.entries(flags.accelerator).map(([type, count]) => ({ type, count: Number(count) }));
  const { 'cluster-version': version, 'service-account': serviceAccount } = flags;
  return {
    name: flags.cluster ?? clusterName({ runId }),
    project: needed(flags.project ?? gkeOptionsFromEnv(env).project, 'project', 'CLOUDSDK_CORE_PROJECT'),
    location,
    labels: {
      ...Object.fromEntries(Object.entries(flags.label).map(([key, value]) => [key, labelValue(value)])),
      ...runLabels({ runId, expiresMs: clock.now() + flags['ttl-hours'] * 3_600_000 }),
    },
    machineType: flags['machine-type'],
    nodeCount: flags.nodes,
    diskSizeGb: flags['disk-size-gb'],
    releaseChannel: flags['release-channel'],
    accelerators,
    spot: flags.spot ?? false,
    autopilot: flags.autopilot ?? false,
    ...(version === undefined ? {} : { version }),
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
    ...(flags.overrides === undefined ? {} : { overrides: parseOverrides(flags.overrides) }),
  };
}

function parseOverrides(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below, as for JSON that is no object.
  }
  throw new UsageError('--overrides is not a JSON object', {
    hint: 'For example: --overrides \'{"loggingService":"none"}\'.',
  });
}
