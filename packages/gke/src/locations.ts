import type { GkeCluster } from './cluster.js';
import { GkeError } from './errors.js';
import { factsOf, withLeaks } from './leak.js';
import type { CreateLimits, Gke } from './gke.js';
import type { ClusterRequest } from './request.js';

/**
 * Creates the cluster in the first of several locations that has room.
 *
 * On a stock-out the next location is tried, while the failed cluster is deleted; all of those are seen to be gone before
 * this ends, well or badly. Anything else ends it: a missing permission is missing everywhere, quota and rate limits are
 * for somebody to raise.
 *
 * @throws {GkeError} the last one, with what each location said as `detail`; and when a failed cluster could not be
 * deleted, with the command that does it as `hint`. Then there may be a cluster that is ready all the same: delete it.
 */
export async function createClusterInLocations(
  gke: Pick<Gke, 'createCluster' | 'deleteCluster'>,
  request: Omit<ClusterRequest, 'location'> & { readonly locations: readonly string[] },
  limits: CreateLimits & {
    /** What a deletion may take on top, in milliseconds. @default 1_200_000 */
    readonly cleanupTimeoutMs?: number;
    /** Told before a location is tried, to be recorded: whatever happens, the cluster is there or nowhere. */
    readonly onLocation?: (location: string) => void | Promise<void>;
  },
): Promise<GkeCluster> {
  const { locations, ...rest } = request;
  const { cleanupTimeoutMs = 1_200_000, onProgress } = limits;
  const failures: GkeError[] = [];
  const cleanups: Promise<GkeError | undefined>[] = [];
  const clean = async (location: string): Promise<GkeError | undefined> => {
    const ref = { project: rest.project, location, name: rest.name };
    try {
      // Not aborted with the rest: a cluster that nobody waits for has to go all the more.
      const report = (text: string): void => onProgress?.(`${location}: ${text}`);
      await gke.deleteCluster(ref, { timeoutMs: cleanupTimeoutMs, onProgress: report });
      return undefined;
    } catch (error) {
      if (error instanceof GkeError) return error;
      throw error;
    }
  };
  let ended: { readonly cluster: GkeCluster } | { readonly error: unknown } | undefined;
  for (const location of locations) {
    try {
      limits.signal?.throwIfAborted();
      await limits.onLocation?.(location);
      ended = { cluster: await gke.createCluster({ ...rest, location }, limits) };
      break;
    } catch (error) {
      if (error instanceof GkeError) failures.push(error);
      ended = { error };
      if (!(error instanceof GkeError) || error.code !== 'STOCKOUT') break;
      onProgress?.(`${error.message}; deleting what is left in ${location}`);
      cleanups.push(clean(location));
    }
  }
  const leaks = (await Promise.all(cleanups)).filter((error) => error !== undefined);
  if (ended === undefined) {
    throw new GkeError('INVALID', `no location to create cluster ${rest.name} in`, {
      hint: 'Name at least one location.',
    });
  }
  if ('error' in ended) throw withLeaks(withAll(failures, ended.error), leaks);
  if (leaks.length > 0) throw withLeaks(leaks[0] as GkeError, leaks.slice(1));
  return ended.cluster;
}

/** An error that says what each location said. */
function withAll(failures: readonly GkeError[], last: unknown): unknown {
  if (failures.length < 2 || !(last instanceof GkeError)) return last;
  return new GkeError(last.code, last.message, {
    ...factsOf(last),
    cause: last,
    ...(last.hint === undefined ? {} : { hint: last.hint }),
    detail: failures.map(({ location, message }) => `${location}: ${message}`).join('\n'),
  });
}

/** `us-east1-b` and `us-east1` are both of `us-east1`. */
export function regionOf(location: string): string {
  return location.replace(/-[a-z]$/, '');
}
