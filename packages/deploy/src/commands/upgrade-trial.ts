import { UsageError } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { resolve } from 'node:path';
import { tearDown } from '../tear-down.js';
import { runUpgradeTrial } from '../upgrade-trial.js';
import { checkValuesFiles, fetchChartOf } from './chart.js';
import type { upgradeFlags } from './flags.js';
import { printVerdict, writeReport } from './report.js';
import { openSession } from './session.js';
import type { Session } from './session.js';
import { newId, readTemplate, templateParams } from './template.js';

type Context = ContextOf<typeof upgradeFlags>;

const TEARDOWN_MS = 10 * 60_000;

/** Upgrades an operator under its custom resources, and rolls it back; takes all of it down again. */
export async function upgradeTrial(context: Context): Promise<number> {
  const { flags, cwd, clock, signal, logger } = context;
  const template = await readTemplate(cwd, flags.spec);
  await checkValuesFiles(context);
  await using session = await openSession(context);
  const chart = await fetchChartOf(context, session, { source: flags.chart, name: 'chart' });
  const previousChart = await fetchPrevious(context, session, chart);
  const [kube, helm] = [await session.kube(), await session.helm(flags.helm)];
  const { release, namespace } = flags;
  let result: { readonly code: number } | { readonly error: unknown };
  try {
    const suite = await runUpgradeTrial({
      kube,
      helm,
      clock,
      signal,
      release,
      namespace,
      template,
      chart,
      previousChart,
      newId,
      onLine: (line) => logger.info(line),
      values: flags.values.map((path) => resolve(cwd, path)),
      set: flags.set,
      previousSet: flags['previous-set'],
      params: templateParams(flags),
      condition: flags.condition,
      failureConditions: flags['failure-condition'],
      count: flags.count,
      keepsPods: flags['keep-pods'],
      timeoutMs: flags['timeout-minutes'] * 60_000,
    });
    result = { code: await printVerdict(context, suite) };
    await writeReport(context, suite);
  } catch (error) {
    result = { error };
  }
  try {
    if (flags['keep-release'] !== true) await takeDown(context);
  } catch (error) {
    if (!('error' in result)) throw error;
    const message = 'the upgrade trial failed, and so did its teardown';
    throw new AggregateError([result.error, error], message, { cause: error });
  }
  if ('error' in result) throw result.error;
  return result.code;
}

/** Without the command's signal: what was aborted is taken down, too. */
async function takeDown(context: Context): Promise<void> {
  const { flags, clock, logger } = context;
  await using session = await openSession({ ...context, signal: new AbortController().signal });
  await tearDown({
    kube: await session.kube(),
    helm: await session.helm(flags.helm),
    clock,
    release: flags.release,
    namespace: flags.namespace,
    timeoutMs: TEARDOWN_MS,
    onLine: (line) => logger.info(line),
  });
}

/** Of what is published, `latest/<chart>-latest.tgz` is the last release. */
async function fetchPrevious(context: Context, session: Session, chart: string): Promise<string> {
  const { flags } = context;
  const [given, releases] = [flags['previous-chart'], flags['releases-path']];
  if ((given === undefined) === (releases === undefined)) {
    throw new UsageError(`give ${given === undefined ? '' : 'only one of '}--previous-chart or --releases-path`, {
      hint: 'The one names the chart of the last release, the other where releases are published.',
    });
  }
  if (given !== undefined)
    return fetchChartOf(context, session, { source: given, name: 'previous-chart', flag: '--previous-chart' });
  const { readChart } = await import('@seatrial/helm');
  const { name } = await readChart(chart);
  const source = `${(releases ?? '').replace(/\/$/, '')}/latest/${name}-latest.tgz`;
  return fetchChartOf(context, session, { source, name: 'previous-chart' });
}
