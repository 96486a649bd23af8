import { exitCodes, formatTable } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { expiryOf, labelValue, RUN_LABEL } from '../labels.js';
import type { listFlags } from './flags.js';
import { projectOf, withGke } from './session.js';

/** Milliseconds for which an API that is away is asked again: somebody waits for the list. */
const PATIENCE_MS = 30_000;

/** Prints the clusters of a project that carry a run's label. An incomplete list is no success. */
export async function list(context: ContextOf<typeof listFlags>): Promise<number> {
  const { flags, logger, signal } = context;
  return withGke(context, async ({ gke, environment }) => {
    const project = projectOf(flags, environment);
    const place = { project, location: flags.zone ?? '-' };
    const { clusters, missingZones } = await gke.listClusters(place, { signal, timeoutMs: PATIENCE_MS });
    const run = flags['run-id'];
    const shown = clusters.filter(({ labels }) => {
      const owner = labels[RUN_LABEL];
      return run === undefined ? owner !== undefined : owner === labelValue(run);
    });
    if (flags.json) context.printJson({ clusters: shown, missingZones });
    else if (shown.length === 0) logger.info('no clusters of runs', { project });
    else {
      const rows = shown.map((cluster) => {
        const { name, location, status, labels } = cluster;
        const expiresMs = expiryOf(cluster);
        const expires = expiresMs === undefined ? '' : new Date(expiresMs).toISOString().replace('.000', '');
        return [name, location, status, labels[RUN_LABEL] ?? '', expires];
      });
      context.print(formatTable(rows, { header: ['NAME', 'LOCATION', 'STATUS', 'RUN', 'EXPIRES'] }));
    }
    return missingZones.length === 0 ? exitCodes.success : exitCodes.infrastructure;
  });
}
