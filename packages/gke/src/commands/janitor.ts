import { exitCodes, formatTable } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { createCompute } from '../compute.js';
import type { GkeError } from '../errors.js';
import type { JanitorReport } from '../janitor.js';
import { runJanitor } from '../janitor.js';
import type { janitorFlags } from './flags.js';
import { projectOf, withGke } from './session.js';

/** Deletes what runs left and prints what and why. @returns 0 only when nothing expired is left */
export async function janitor(context: ContextOf<typeof janitorFlags>): Promise<number> {
  const { flags, clock, logger, signal } = context;
  return withGke(context, async ({ gke, environment }) => {
    const isDryRun = flags['dry-run'] === true;
    const prefix = flags['gone-prefix'];
    const compute = flags.leftovers ? { compute: createCompute({ ...environment, clock }) } : {};
    const report = await runJanitor(
      { gke, ...compute, clock, logger },
      {
        project: projectOf(flags, environment),
        dryRun: isDryRun,
        errorGraceMs: flags['error-hours'] * 3_600_000,
        timeoutMs: flags['timeout-minutes'] * 60_000,
        maxParallel: flags['max-parallel'],
        signal,
        onProgress: (text) => logger.info(text),
        ...(flags.zone === undefined ? {} : { location: flags.zone }),
        ...(prefix === undefined || prefix === '' ? {} : { gonePrefix: prefix }),
      },
    );
    if (flags.json) context.printJson(formatJson(report));
    else printReport(context, report);
    for (const { message, hint } of failuresOf(report)) logger.error(message, hint === undefined ? {} : { hint });
    for (const text of report.unseen) logger.error('not everything could be seen', { missing: text });
    if (report.clean) return exitCodes.success;
    const hasFailed = report.unseen.length > 0 || failuresOf(report).length > 0;
    return hasFailed ? exitCodes.infrastructure : exitCodes.failed;
  });
}

function failuresOf({ clusters, leftovers }: JanitorReport): readonly GkeError[] {
  return [...clusters, ...leftovers].flatMap(({ error }) => (error === undefined ? [] : [error]));
}

function rowsOf({ clusters, leftovers }: JanitorReport): readonly (readonly string[])[] {
  return [
    ...clusters.map(({ cluster, verdict, outcome }) => {
      return ['cluster', cluster.name, cluster.location, outcome.replace('-', ' '), verdict.why];
    }),
    ...leftovers.map(({ resource, why, outcome }) => {
      const kind = resource.collection.replace(/s$/, '');
      return [kind, resource.name, resource.scope.replace(/^.*\//, ''), outcome.replace('-', ' '), why];
    }),
  ];
}

function printReport({ print }: Pick<ContextOf<typeof janitorFlags>, 'print'>, report: JanitorReport): void {
  const rows = rowsOf(report);
  if (rows.length > 0) print(formatTable(rows, { header: ['WHAT', 'NAME', 'WHERE', 'RESULT', 'WHY'] }));
  else print('nothing of runs is there');
}

function formatJson(report: JanitorReport): unknown {
  const errorOf = (error: GkeError | undefined): object =>
    error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint } };
  return {
    clean: report.clean,
    unseen: report.unseen,
    clusters: report.clusters.map(({ cluster, verdict, outcome, error }) => {
      const { name, location, status } = cluster;
      return { name, location, status, outcome, ...verdict, ...errorOf(error) };
    }),
    leftovers: report.leftovers.map(({ resource, why, outcome, error }) => {
      const { collection, name, scope } = resource;
      return { collection, name, scope, outcome, why, ...errorOf(error) };
    }),
  };
}
