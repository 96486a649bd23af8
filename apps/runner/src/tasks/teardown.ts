import type { ClusterHandle } from '@seatrial/deploy';
import { defineTask, type Task } from '@seatrial/pipeline';
import { namespaceOf, onCluster, releaseOf, type ClusterTrial } from '../trial.js';
import { releaseAll } from '../run/holdings.js';
import type { createClusterTask } from './create-cluster.js';
import { reported } from './reported.js';

/** Milliseconds that deleting the cluster may take. GKE needs about five minutes. */
const DELETE_TIMEOUT_MS = 20 * 60_000;

/**
 * Deletes what the run made, however it ended. The cluster is found by the journal's record of
 * its name, so one whose creation was never heard of again is deleted too.
 */
export function teardownTask(
  trial: ClusterTrial,
  cluster: ReturnType<typeof createClusterTask>,
  after: readonly Task[],
) {
  return defineTask({
    name: onCluster('teardown', trial),
    summary: 'delete what the run made',
    needs: { cluster },
    after,
    when: 'all_done',
    cleanup: true,
    describe: () => [
      trial.provider === 'kubeconfig'
        ? `helm uninstall ${releaseOf(trial)}, delete namespace ${namespaceOf(trial)}`
        : 'delete the cluster and see it gone',
    ],
    run: (context) =>
      reported<void>(trial, context, async () => {
        const handle =
          context.inputs.cluster?.handle ?? (context.checkpoints[cluster.name] as ClusterHandle | undefined);
        if (handle === undefined) {
          context.log('no cluster was asked for');
          return { output: undefined };
        }
        if (trial.keepCluster) {
          context.log(`kept, as asked for by --keep-cluster: ${handle.name}`);
          return { output: undefined };
        }
        const provider = await trial.services.provider();
        const kubeconfig = context.inputs.cluster?.kubeconfig;
        if (!provider.ownsCluster && kubeconfig !== undefined) {
          const { tearDown } = await import('@seatrial/deploy');
          await tearDown({
            helm: await trial.services.helm(kubeconfig, { signal: context.signal, onLine: context.log }),
            kube: await trial.services.kube(kubeconfig),
            release: releaseOf(trial),
            namespace: namespaceOf(trial),
            timeoutMs: DELETE_TIMEOUT_MS,
            signal: context.signal,
            onLine: context.log,
          });
        }
        await trial.keeper.release(handle);
        await trial.lock.confirm(); // the cluster may be another's by now
        await provider.delete(handle, {
          timeoutMs: DELETE_TIMEOUT_MS,
          signal: context.signal,
          onProgress: context.progress,
        });
        releaseAll(trial, handle);
        if (provider.ownsCluster) context.log(`cluster ${handle.name} is gone`);
        return { output: undefined };
      }),
  });
}
