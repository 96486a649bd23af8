import type { ContextOf } from '@seatrial/cli';
import { tearDown } from '../tear-down.js';
import type { teardownFlags } from './flags.js';
import { runSteps } from './report.js';
import { openSession } from './session.js';

/** Deletes the cluster, or of a cluster that stays the release and its namespace. */
export async function teardown(context: ContextOf<typeof teardownFlags>): Promise<void> {
  const { flags, clock, signal, logger } = context;
  await using session = await openSession(context);
  const { provider, handle } = session;
  const deadline = clock.now() + flags['timeout-minutes'] * 60_000;
  const left = (): number => Math.max(1, deadline - clock.now());
  await runSteps(context, 'deploy teardown', async (step) => {
    // A cluster that goes takes the release along.
    if (!provider.ownsCluster || flags['keep-cluster'] === true) {
      await step('uninstall', async () => {
        const [kube, helm] = [await session.kube(), await session.helm(flags.helm)];
        const onLine = (line: string): void => logger.info(line);
        await tearDown({
          helm,
          kube,
          clock,
          signal,
          onLine,
          release: flags.release,
          namespace: flags.namespace,
          force: flags.force === true,
          finalizerTimeoutMs: flags['finalizer-minutes'] * 60_000,
          deleteDefinitions: flags['keep-definitions'] === true ? 'never' : 'owned',
          timeoutMs: left(),
        });
      });
      return context.print(`release ${flags.release} is gone`);
    }
    const onProgress = (text: string): void => logger.info(text, { cluster: handle.name });
    await step('delete cluster', () => provider.delete(handle, { timeoutMs: left(), signal, onProgress }));
    context.print(`cluster ${handle.name} is gone`);
  });
}
