import { systemClock } from '@seatrial/cli';
import type { Clock } from './budget.js';
import type { GkeCluster } from './cluster.js';
import type { Compute } from './compute.js';
import { GkeError } from './errors.js';
import type { Gke, Logger } from './gke.js';
import type { SweepEntry } from './leftover-sweep.js';
import { sweepLeftovers } from './leftover-sweep.js';
import type { GoneCluster } from './leftovers.js';
import { mapParallel } from './parallel.js';
import type { Verdict } from './verdict.js';
import { judgeCluster } from './verdict.js';

/** What a janitor works with. */
export interface JanitorDeps {
  readonly gke: Pick<Gke, 'listClusters' | 'findCluster' | 'deleteCluster' | 'findLastOperationEnd'>;
  /** Without it, only clusters are deleted. */
  readonly compute?: Compute;
  /** @default the machine's */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** What a janitor does. */
export interface JanitorOptions {
  readonly project: string;
  /** Zone or region. @default all */
  readonly location?: string;
  /** Says what would be done, and does nothing. @default false */
  readonly dryRun?: boolean;
  /** How long a cluster may be in ERROR before it is deleted, in milliseconds. @default 3_600_000 */
  readonly errorGraceMs?: number;
  /**
   * Clusters whose names begin so are ours, also those that are long gone: what they left is deleted too. Without it only
   * what is left by clusters deleted now, and what carries our labels itself.
   */
  readonly gonePrefix?: string;
  /** For each deletion, in milliseconds. @default 1_200_000 */
  readonly timeoutMs?: number;
  /** Deletions at once. @default 8 */
  readonly maxParallel?: number;
  /** Aborting it rejects with the reason; what was asked for stays asked for. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/** What became of a cluster. */
export interface JanitorEntry {
  readonly cluster: GkeCluster;
  readonly verdict: Verdict;
  readonly outcome: 'deleted' | 'would-delete' | 'kept' | 'failed';
  /** Of `failed`: what went wrong, with the command that deletes it by hand as its hint. */
  readonly error?: GkeError;
}

/** What a janitor found and did. */
export interface JanitorReport {
  /** Clusters of runs, in the order of the API. */
  readonly clusters: readonly JanitorEntry[];
  readonly leftovers: readonly SweepEntry[];
  /** What could not be looked at: zones, kinds of resources. When there is any, more may be left than is known. */
  readonly unseen: readonly string[];
  /** Whether nothing expired is left, as far as could be seen, and all could be seen. */
  readonly clean: boolean;
}

/**
 * Deletes clusters of runs whose time is over, or that are broken for long, and what such clusters left.
 *
 * Only clusters with the labels of a run count. Each is read again right before it is deleted, because its run may have
 * moved the time meanwhile; one that fails does not keep the others. Several janitors may work at once: what another one
 * deletes is waited for.
 *
 * @throws {GkeError} when clusters cannot be listed at all.
 */
export async function runJanitor(deps: JanitorDeps, options: JanitorOptions): Promise<JanitorReport> {
  const { gke, compute, clock = systemClock } = deps;
  const { project, location = '-', maxParallel = 8, signal } = options;
  const limits = signal === undefined ? {} : { signal };
  const { clusters, missingZones } = await gke.listClusters({ project, location }, limits);
  const judged = await mapParallel(clusters, maxParallel, (cluster) => judge(deps, cluster, options));
  const ours = judged.filter(({ verdict }) => verdict.kind !== 'foreign');
  const entries = await mapParallel(ours, maxParallel, (entry) => remove(deps, entry, options));
  signal?.throwIfAborted();

  const doomed = entries.filter(({ outcome }) => outcome === 'deleted' || outcome === 'would-delete');
  const gone: readonly GoneCluster[] = doomed.map(({ cluster }) => cluster);
  const swept =
    compute === undefined
      ? { entries: [], unseen: [] }
      : await sweepLeftovers(
          { gke, compute, clock },
          // Names alone say nothing where not all clusters are known.
          { ...options, gone, ...(missingZones.length > 0 ? { gonePrefix: undefined } : {}) },
        );
  const unseen = [...new Set([...missingZones.map((zone) => `clusters in ${zone}`), ...swept.unseen])];
  const isLeft = ({ outcome }: { readonly outcome: string }): boolean =>
    outcome === 'failed' || outcome === 'would-delete';
  return {
    clusters: entries,
    leftovers: swept.entries,
    unseen,
    clean: unseen.length === 0 && ![...entries, ...swept.entries].some(isLeft),
  };
}

interface Judged {
  readonly cluster: GkeCluster;
  readonly verdict: Verdict;
}

async function judge(deps: JanitorDeps, cluster: GkeCluster, options: JanitorOptions): Promise<Judged> {
  const { gke, clock = systemClock, logger } = deps;
  const { errorGraceMs = 3_600_000, signal } = options;
  const facts = { nowMs: clock.now(), errorGraceMs };
  const verdict = judgeCluster(cluster, facts);
  if (verdict.kind !== 'broken') return { cluster, verdict };
  // By its creation alone it seems broken for long; the operation that broke it knows better.
  try {
    const errorSinceMs = await gke.findLastOperationEnd(cluster, signal === undefined ? {} : { signal });
    return { cluster, verdict: judgeCluster(cluster, { ...facts, errorSinceMs }) };
  } catch (error) {
    if (!(error instanceof GkeError)) throw error;
    logger?.warn('could not see since when a cluster is in ERROR', { cluster: cluster.name, error: error.message });
    return { cluster, verdict };
  }
}

async function remove(deps: JanitorDeps, { cluster, verdict }: Judged, options: JanitorOptions): Promise<JanitorEntry> {
  const { gke } = deps;
  const { dryRun = false, timeoutMs = 1_200_000, signal, onProgress } = options;
  if (verdict.kind !== 'expired' && verdict.kind !== 'broken') return { cluster, verdict, outcome: 'kept' };
  if (dryRun) return { cluster, verdict, outcome: 'would-delete' };
  const limits = signal === undefined ? {} : { signal };
  const where = `${cluster.name} in ${cluster.location}`;
  try {
    const now = await gke.findCluster(cluster, limits);
    if (now !== undefined && now.id === cluster.id) {
      const again = await judge(deps, now, options);
      if (again.verdict.kind !== verdict.kind) return { ...again, outcome: 'kept' };
      onProgress?.(`deleting ${where}: ${verdict.why}`);
      await gke.deleteCluster(cluster, {
        ...limits,
        timeoutMs,
        onProgress: (text) => onProgress?.(`${where}: ${text}`),
      });
    }
    return { cluster, verdict, outcome: 'deleted' };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof GkeError)) throw error;
    onProgress?.(`${where}: could not be deleted`);
    return { cluster, verdict, outcome: 'failed', error };
  }
}
