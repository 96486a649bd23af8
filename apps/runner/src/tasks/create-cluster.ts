import { join } from 'node:path';
import type { ClusterHandle, ProviderRequest } from '@seatrial/deploy';
import { defineTask, type Json } from '@seatrial/pipeline';
import { parseDuration } from '../config/duration.js';
import { onCluster, type ClusterTrial } from '../trial.js';
import { holdCluster } from '../run/holdings.js';
import type { cloneTask } from './clone.js';
import { reported } from './reported.js';

/** Output of `create-cluster`. The handle alone is enough to find and delete the cluster. */
export interface ClusterOutput extends Record<string, Json> {
  readonly handle: ClusterHandle;
  /** kubeconfig of this run, on this machine. */
  readonly kubeconfig: string;
}

export function createClusterTask(trial: ClusterTrial, clone: ReturnType<typeof cloneTask>) {
  const { cluster } = trial;
  const name = onCluster('create-cluster', trial);
  const openProvider = () => trial.services.provider({ location: cluster.location, context: cluster.context });
  const ttlMs = parseDuration(cluster.lifetime) ?? 0;
  const kubeconfigPath = () => join(trial.workDir, onCluster('kubeconfig', trial));
  return defineTask({
    name,
    summary: 'bring a cluster up',
    after: [clone],
    describe: () =>
      trial.provider === 'kubeconfig'
        ? ['use the cluster of the kubeconfig; nothing of it is created or deleted']
        : [`create a GKE cluster in ${cluster.location}: ${cluster.nodes} × ${cluster.machineType}`],
    run: (context) =>
      reported<ClusterOutput>(trial, context, async () => {
        const provider = await openProvider();
        const limits = {
          timeoutMs: parseDuration(cluster.timeout) ?? 0,
          signal: context.signal,
          onProgress: context.progress,
        };
        const { machineType, nodes, version, releaseChannel, spot, accelerators } = cluster;
        const request: ProviderRequest = {
          runId: trial.job.buildId,
          ...(cluster.name === undefined ? {} : { part: cluster.name }),
          expiresMs: trial.clock.now() + ttlMs,
          cluster: {
            machineType,
            nodeCount: nodes,
            releaseChannel,
            spot,
            accelerators,
            version,
          },
        };
        // An earlier attempt's cluster is taken up again: its name is in the journal.
        const earlier = context.checkpoints[name] as ClusterHandle | undefined;
        const planned = earlier ?? provider.plan(request);
        await context.checkpoint(planned);
        holdCluster(trial, planned);
        context.log(`cluster ${planned.name}`);
        const handle = await provider.create(planned, request, limits);
        trial.keeper.keep(provider, handle, { ttlMs });
        const kubeconfig = kubeconfigPath();
        await provider.kubeconfig(handle, kubeconfig, limits);
        return { output: { handle, kubeconfig } };
      }),
    verify: async ({ handle }: { handle: ClusterHandle; kubeconfig: string }) => {
      const provider = await openProvider();
      const kubeconfig = kubeconfigPath();
      const limits = { timeoutMs: 60_000 };
      if (!(await provider.exists(handle, limits))) return false;
      await provider.kubeconfig(handle, kubeconfig, limits);
      trial.keeper.keep(provider, handle, { ttlMs });
      return true;
    },
  });
}
