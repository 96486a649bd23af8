import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTask, type Task } from '@seatrial/pipeline';
import { namespaceOf, onCluster, type ClusterTrial } from '../trial.js';
import type { createClusterTask } from './create-cluster.js';
import { reported } from './reported.js';

/** Logs, events and objects are taken in before the cluster goes, however the tests ended. */
export function collectTask(
  trial: ClusterTrial,
  cluster: ReturnType<typeof createClusterTask>,
  after: readonly Task[],
) {
  const folder = onCluster('cluster', trial);
  return defineTask({
    name: onCluster('collect', trial),
    summary: 'collect logs, events and objects',
    needs: { cluster },
    after,
    when: 'all_done',
    cleanup: true,
    describe: () => [`pod logs, events and objects of the namespace go to artifacts/${folder}`],
    run: (context) =>
      reported<void>(trial, context, async () => {
        const { cluster: made } = context.inputs;
        if (made === undefined) {
          context.log('there is no cluster to collect from');
          return { output: undefined };
        }
        const { collect } = await import('@seatrial/deploy');
        const dir = join(trial.workDir, folder);
        // What an attempt that was killed has left is of another moment.
        await rm(dir, { recursive: true, force: true });
        await mkdir(dir, { recursive: true });
        const { files, problems } = await collect({
          kube: await trial.services.kubeWithRawLogs(made.kubeconfig),
          namespaces: [namespaceOf(trial)],
          dir,
          signal: context.signal,
          onLine: context.log,
        });
        for (const problem of problems) context.log(`left out: ${problem}`);
        await trial.results.addFolder(folder, dir);
        context.log(`${files.length} files in artifacts/${folder}`);
        return { output: undefined };
      }),
  });
}
