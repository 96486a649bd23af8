import type { Clock } from './budget.js';
import type { Compute } from './compute.js';
import type { ComputeResource } from './compute-resource.js';
import { computeCollections, formatComputeResource } from './compute-resource.js';
import { GkeError } from './errors.js';
import type { Gke } from './gke.js';
import type { GoneCluster, Leftover } from './leftovers.js';
import { findGoneClusters, findLeftovers } from './leftovers.js';
import { mapParallel } from './parallel.js';

/** What became of something that a cluster left. */
export interface SweepEntry extends Leftover {
  readonly outcome: 'deleted' | 'would-delete' | 'failed';
  readonly error?: GkeError;
}

/** What is swept. */
export interface SweepOptions {
  readonly project: string;
  /** Clusters that are gone, or would be. */
  readonly gone: readonly GoneCluster[];
  readonly gonePrefix?: string | undefined;
  readonly dryRun?: boolean;
  readonly maxParallel?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/**
 * Deletes what clusters left in Compute Engine. What fails does not keep the rest.
 *
 * @throws {GkeError} when clusters cannot be listed.
 */
export async function sweepLeftovers(
  deps: { readonly gke: Pick<Gke, 'listClusters'>; readonly compute: Compute; readonly clock: Clock },
  options: SweepOptions,
): Promise<{ readonly entries: readonly SweepEntry[]; readonly unseen: readonly string[] }> {
  const { gke, compute, clock } = deps;
  const { project, gonePrefix, dryRun = false, signal } = options;
  const limits = signal === undefined ? {} : { signal };
  // First what there is, then which clusters are there: a cluster made meanwhile has its resources after its name.
  const unseen: string[] = [];
  const lists = await mapParallel(computeCollections, computeCollections.length, async (collection) => {
    try {
      const { resources, missing } = await compute.list({ project, collection }, limits);
      unseen.push(...missing.map((scope) => `${collection} in ${scope}`));
      return resources;
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof GkeError)) throw error;
      unseen.push(`${collection} (${error.message})`);
      return [];
    }
  });
  const resources: readonly ComputeResource[] = lists.flat();
  const { clusters, missingZones } = await gke.listClusters({ project }, limits);
  const isDoomed = (name: string, id: string | undefined): boolean =>
    dryRun && options.gone.some((one) => one.name === name && one.id === id);
  const existing = new Set(clusters.filter(({ name, id }) => !isDoomed(name, id)).map(({ name }) => name));
  const isComplete = missingZones.length === 0;
  if (!isComplete) unseen.push(...missingZones.map((zone) => `clusters in ${zone}`));
  const byPrefix = gonePrefix && isComplete ? findGoneClusters(resources, { prefix: gonePrefix, existing }) : [];
  const gone = [...options.gone, ...byPrefix];
  // A cluster in a zone that did not answer may have the same name.
  const found = isComplete ? findLeftovers(resources, { gone, existing, nowMs: clock.now() }) : [];
  return { entries: await deleteAll(compute, found, options), unseen: [...new Set(unseen)] };
}

/** Stage by stage: what is used after what uses it. Firewall rules stay while something is left that is known by them. */
async function deleteAll(
  compute: Compute,
  found: readonly Leftover[],
  { dryRun = false, maxParallel = 8, signal, onProgress }: SweepOptions,
): Promise<readonly SweepEntry[]> {
  if (dryRun) return found.map((leftover) => ({ ...leftover, outcome: 'would-delete' }));
  const entries: SweepEntry[] = [];
  for (const collection of new Set(found.map(({ resource }) => resource.collection))) {
    const stage = found.filter(({ resource }) => resource.collection === collection);
    const isBlocked =
      collection === 'firewalls' &&
      entries.some(({ outcome, resource }) => outcome === 'failed' && resource.collection !== 'disks');
    const done = await mapParallel(stage, maxParallel, async (leftover): Promise<SweepEntry> => {
      const what = formatComputeResource(leftover.resource);
      if (isBlocked) {
        const error = new GkeError('CONFLICT', `${what} stays until what is behind it could be deleted`);
        return { ...leftover, outcome: 'failed', error };
      }
      onProgress?.(`deleting ${what}: ${leftover.why}`);
      try {
        await compute.delete(leftover.resource, signal === undefined ? {} : { signal });
        return { ...leftover, outcome: 'deleted' };
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof GkeError)) throw error;
        onProgress?.(`${what}: could not be deleted`);
        return { ...leftover, outcome: 'failed', error };
      }
    });
    entries.push(...done);
  }
  return entries;
}
