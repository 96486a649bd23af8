import type { GkeCluster } from './cluster.js';
import { GkeError } from './errors.js';
import type { Gke, ProgressLimits } from './gke.js';
import type { ClusterRequest } from './request.js';

/**
 * Creates the cluster in the first of several locations that has room.
 *
 * On a stock-out the next location is tried, on a lack of quota the next region; a failed cluster is deleted and seen to
 * be gone before. Anything else ends it: a missing permission is missing everywhere, and a rate limit holds for all.
 *
 * @throws {GkeError} the last one, with what each location said as `detail`.
 */
export async function createClusterInLocations(
  gke: Gke,
  request: Omit<ClusterRequest, 'location'> & { readonly locations: readonly string[] },
  limits: ProgressLimits & {
    /** What a deletion may take on top, in milliseconds. @default 1_200_000 */
    readonly cleanupTimeoutMs?: number;
    /** Told before a location is tried, to be recorded: whatever happens, the cluster is there or nowhere. */
    readonly onLocation?: (location: string) => void | Promise<void>;
  },
): Promise<GkeCluster> {
  const { locations, ...rest } = request;
  const { cleanupTimeoutMs = 1_200_000 } = limits;
  const failures: GkeError[] = [];
  const fullRegions = new Set<string>();
  for (const location of locations) {
    if (fullRegions.has(regionOf(location))) continue;
    limits.signal?.throwIfAborted();
    await limits.onLocation?.(location);
    try {
      return await gke.createCluster({ ...rest, location }, limits);
    } catch (error) {
      if (!(error instanceof GkeError)) throw error;
      failures.push(error);
      if (error.code === 'QUOTA') fullRegions.add(regionOf(location));
      else if (error.code !== 'STOCKOUT') throw withAll(failures, error);
      const ref = { project: rest.project, location, name: rest.name };
      limits.onProgress?.(`${error.message}; deleting what is left in ${location}`);
      await gke.deleteCluster(ref, { ...limits, timeoutMs: cleanupTimeoutMs });
    }
  }
  const last = failures.at(-1);
  if (last === undefined) {
    throw new GkeError('INVALID', `no location to create cluster ${rest.name} in`, {
      hint: 'Name at least one location.',
    });
  }
  throw withAll(failures, last);
}

function withAll(failures: readonly GkeError[], last: GkeError): GkeError {
  if (failures.length < 2) return last;
  return new GkeError(last.code, last.message, {
    cause: last,
    ...(last.hint === undefined ? {} : { hint: last.hint }),
    ...(last.cluster === undefined ? {} : { cluster: last.cluster }),
    ...(last.location === undefined ? {} : { location: last.location }),
    detail: failures.map(({ location, message }) => `${location}: ${message}`).join('\n'),
  });
}

/** `us-east1-b` and `us-east1` are both of `us-east1`. */
export function regionOf(location: string): string {
  return location.replace(/-[a-z]$/, '');
}
