import type { ContextOf } from '@seatrial/cli';
import { resolve } from 'node:path';
import { labelsOfRun } from '../namespace.js';
import { setUp } from '../set-up.js';
import { checkValuesFiles, fetchChartOf } from './chart.js';
import type { setupFlags } from './flags.js';
import { runSteps } from './report.js';
import { openSession } from './session.js';
import type { Session } from './session.js';

type Context = ContextOf<typeof setupFlags>;

/** Creates the cluster where the provider makes clusters, and installs the chart. */
export async function setup(context: Context): Promise<void> {
  const { flags, cwd, clock, signal, logger } = context;
  await using session = await openSession(context);
  const deadline = clock.now() + flags['timeout-minutes'] * 60_000;
  const left = (): number => Math.max(1, deadline - clock.now());
  await runSteps(context, 'deploy setup', async (step) => {
    // First, so that a mistyped name costs no cluster.
    const chart = await step('fetch chart', async () => {
      await checkValuesFiles(context);
      return fetchChartOf(context, session, { source: flags.chart });
    });
    if (session.provider.ownsCluster) await step('create cluster', () => createCluster(context, session, left()));
    const result = await step('install chart', async () => {
      const [kube, helm] = [await session.kube(), await session.helm(flags.helm)];
      return setUp({
        helm,
        kube,
        clock,
        signal,
        chart,
        release: flags.release,
        namespace: flags.namespace,
        values: flags.values.map((path) => resolve(cwd, path)),
        set: flags.set,
        setString: flags['set-string'],
        upgrade: flags.upgrade === true,
        labels: flags['run-id'] === undefined ? {} : labelsOfRun(flags['run-id']),
        failFast: flags['fail-fast'],
        timeoutMs: left(),
        onLine: (line) => logger.info(line),
      });
    });
    context.print(`release ${result.release} (revision ${result.revision}) is ready in namespace ${result.namespace}`);
  });
}

async function createCluster(context: Context, session: Session, timeoutMs: number): Promise<void> {
  const { flags, clock, signal, logger } = context;
  const accelerators = Object.entries(flags.accelerator).map(([type, count]) => ({ type, count: Number(count) }));
  const request = {
    runId: flags['run-id'] ?? session.handle.name,
    expiresMs: clock.now() + flags['ttl-hours'] * 3_600_000,
    cluster: { machineType: flags['machine-type'], accelerators },
  };
  const onProgress = (text: string): void => logger.info(text, { cluster: session.handle.name });
  await session.provider.create(session.handle, request, { timeoutMs, signal, onProgress });
}
