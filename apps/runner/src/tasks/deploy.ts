import { defineTask, type Task } from '@seatrial/pipeline';
import { join } from 'node:path';
import { parseDuration } from '../config/duration.js';
import { namespaceOf, onCluster, releaseOf, sourceDir, type ClusterTrial } from '../trial.js';
import { holdRelease } from '../run/holdings.js';
import type { buildTask } from './build.js';
import type { cloneTask } from './clone.js';
import type { createClusterTask } from './create-cluster.js';
import { reported } from './reported.js';

export interface DeployOutput extends Record<string, string> {
  readonly namespace: string;
  readonly release: string;
}

export function deployTask(
  trial: ClusterTrial,
  needs: {
    readonly clone: ReturnType<typeof cloneTask>;
    readonly build: ReturnType<typeof buildTask>;
    readonly cluster: ReturnType<typeof createClusterTask>;
  },
  checks: readonly Task[],
) {
  const { deploy } = trial.config;
  const namespace = namespaceOf(trial);
  const release = releaseOf(trial);
  return defineTask({
    name: onCluster('deploy', trial),
    summary: 'install the chart and wait until it is ready',
    needs,
    after: checks,
    describe: () => [`helm install ${release} --namespace ${namespace} --wait --timeout ${deploy.timeout}`],
    run: (context) =>
      reported<DeployOutput>(trial, context, async () => {
        const { labelsOfRun, setUp } = await import('@seatrial/deploy');
        const { build, cluster, clone } = context.inputs;
        const folder = sourceDir(trial, clone.dir);
        holdRelease(trial);
        await setUp({
          helm: await trial.services.helm(cluster.kubeconfig, { signal: context.signal, onLine: context.log }),
          kube: await trial.services.kube(cluster.kubeconfig),
          release,
          namespace,
          chart: build.chart,
          values: deploy.values.map((file) => join(folder, file)),
          set: Object.fromEntries(Object.entries(deploy.set).map(([key, value]) => [key, String(value)])),
          // A run that is resumed finds its own release again, and takes nobody else's for it.
          labels: labelsOfRun(trial.job.buildId),
          timeoutMs: parseDuration(deploy.timeout) ?? 0,
          signal: context.signal,
          onLine: context.log,
        });
        return { output: { namespace, release } };
      }),
  });
}
