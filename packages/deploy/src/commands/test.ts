import type { ContextOf } from '@seatrial/cli';
import { runHelmTest } from '../helm-test.js';
import type { testFlags } from './flags.js';
import { printVerdict, writeReport } from './report.js';
import { openSession } from './session.js';

/** Runs the chart's test hooks. */
export async function test(context: ContextOf<typeof testFlags>): Promise<number> {
  const { flags, clock, signal, logger } = context;
  await using session = await openSession(context);
  const suite = await runHelmTest({
    helm: await session.helm(flags.helm),
    kube: await session.kube(),
    clock,
    signal,
    release: flags.release,
    namespace: flags.namespace,
    timeoutMs: flags['timeout-minutes'] * 60_000,
    onLine: (line) => logger.info(line),
  });
  const code = await printVerdict(context, suite);
  await writeReport(context, suite);
  return code;
}
