import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { defineTask, type Task } from '@seatrial/pipeline';
import { namespaceOf, type Trial } from '../trial.js';
import type { createClusterTask } from './create-cluster.js';
import { reported } from './reported.js';

/** Logs, events and objects are taken in before the cluster goes, however the tests ended. */
export function collectTask(trial: Trial, cluster: ReturnType<typeof createClusterTask>, after: readonly Task[]) {
  return defineTask({
    name: 'collect',
    summary: 'collect logs, events and objects',
    needs: { cluster },
    after,
    when: 'all_done',
    cleanup: true,
    describe: () => ['pod logs, events and objects of the namespace go to artifacts/cluster'],
    run: (context) =>
      reported<void>(trial, context, async () => {
        const { cluster: made } = context.inputs;
        if (made === undefined) {
          context.log('there is no cluster to collect from');
          return { output: undefined };
        }
        const { collect } = await import('@seatrial/deploy');
        const dir = join(trial.workDir, 'cluster');
        await mkdir(dir, { recursive: true });
        const { files, problems } = await collect({
          kube: await trial.services.kube(made.kubeconfig),
          namespaces: [namespaceOf(trial)],
          dir,
          signal: context.signal,
          onLine: context.log,
        });
        for (const problem of problems) context.log(`left out: ${problem}`);
        await trial.results.addFolder('cluster', dir);
        context.log(`${files.length} files in artifacts/cluster`);
        return { output: undefined };
      }),
  });
}
