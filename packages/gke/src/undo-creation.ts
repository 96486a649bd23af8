import { systemClock } from '@seatrial/cli';
import type { Clock } from './budget.js';
import { GkeError } from './errors.js';
import type { Gke, ProgressLimits } from './gke.js';
import { labelValue, RUN_LABEL } from './labels.js';
import { withLeaks } from './leak.js';

/** A cluster that was just asked for may not be listed yet. */
const LOOK_UPS = 3;
const LOOK_UP_PAUSE_MS = 2_000;

/** Errors of a creation that made nothing of ours. */
const madeNothing: ReadonlySet<string> = new Set(['INVALID', 'DENIED', 'UNAUTHENTICATED', 'ALREADY_EXISTS']);

/** A creation that failed or was stopped. */
export interface FailedCreation {
  readonly project: string;
  readonly name: string;
  /** Locations that were tried. */
  readonly locations: readonly string[];
  readonly runId: string;
  /** What it failed with. */
  readonly error: unknown;
}

/**
 * Deletes what a creation left: clusters of the name that carry the run's label, in all its locations.
 *
 * @returns the error of the creation, with what could not be deleted, and the command that does it, added to it.
 */
export async function undoCreation(
  deps: { readonly gke: Pick<Gke, 'findCluster' | 'deleteCluster'>; readonly clock?: Clock },
  creation: FailedCreation,
  limits: ProgressLimits,
): Promise<unknown> {
  const { gke, clock = systemClock } = deps;
  const { project, name, locations, runId, error } = creation;
  if (error instanceof GkeError && madeNothing.has(error.code)) return error;
  const undone = await Promise.allSettled(
    locations.map(async (location) => {
      const ref = { project, location, name };
      for (let looks = 1; looks <= LOOK_UPS; looks += 1) {
        const found = await gke.findCluster(ref, limits);
        if (found !== undefined) {
          if (found.labels[RUN_LABEL] === labelValue(runId)) await gke.deleteCluster({ ...ref, id: found.id }, limits);
          return;
        }
        if (looks < LOOK_UPS) await clock.sleep(LOOK_UP_PAUSE_MS, limits.signal);
      }
    }),
  );
  const leaks = undone.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : []));
  return withLeaks(error, leaks);
}
