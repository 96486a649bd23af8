import { exitCodes, formatTable } from '@seatrial/cli';
import type { ContextOf } from '@seatrial/cli';
import { gkeOptionsFromEnv } from '../environment.js';
import { createGke } from '../gke.js';
import { EXPIRES_LABEL, labelValue, RUN_LABEL } from '../labels.js';
import type { listFlags } from './flags.js';
import { needed } from './flags.js';

/** Prints the clusters of a project that carry a run's label. An incomplete list is no success. */
export async function list(context: ContextOf<typeof listFlags>): Promise<number> {
  const { flags, env, clock, logger, signal } = context;
  const environment = gkeOptionsFromEnv(env);
  const project = needed(flags.project ?? environment.project, 'project', 'CLOUDSDK_CORE_PROJECT');
  const gke = createGke({ ...environment, clock, logger });
  try {
    const { clusters, missingZones } = await gke.listClusters({ project, location: flags.zone ?? '-' }, { signal });
    const run = flags['run-id'];
    const shown = clusters.filter(({ labels }) => {
      const owner = labels[RUN_LABEL];
      return run === undefined ? owner !== undefined : owner === labelValue(run);
    });
    if (flags.json) context.printJson({ clusters: shown, missingZones });
    else if (shown.length > 0) {
      const rows = shown.map(({ name, location, status, labels }) => {
        const expires = Number(labels[EXPIRES_LABEL] ?? NaN) * 1_000;
        return [
          name,
          location,
          status,
          labels[RUN_LABEL] ?? '',
          Number.isNaN(expires) ? '' : new Date(expires).toISOString(),
        ];
      });
      context.print(formatTable(rows, { header: ['NAME', 'LOCATION', 'STATUS', 'RUN', 'EXPIRES'] }));
    }
    return missingZones.length === 0 ? exitCodes.success : exitCodes.infrastructure;
  } finally {
    await gke.close();
  }
}
