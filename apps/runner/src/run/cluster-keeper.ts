import type { Clock, Logger } from '@seatrial/cli';
import type { ClusterHandle, ClusterProvider } from '@seatrial/deploy';

/** Keeps the clusters of a run from the janitor for as long as the run goes on. */
export interface ClusterKeeper extends AsyncDisposable {
  /** Begins; one that is kept already goes on being kept. Nothing to do where clusters do not expire. */
  keep(provider: ClusterProvider, handle: ClusterHandle, options: { readonly ttlMs: number }): void;
  /** Ends, so that nothing is asked of a cluster that is being deleted. */
  release(handle: ClusterHandle): Promise<void>;
}

/**
 * Moves the expiry of clusters after every quarter of their lifetime. A run that is killed moves nothing any more: its
 * clusters expire.
 *
 * A cluster that cannot be kept is told of, and the trial goes on: it may well end before the cluster expires.
 */
export function createClusterKeeper({
  runId,
  clock,
  logger,
}: {
  readonly runId: string;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
}): ClusterKeeper {
  const kept = new Map<string, { readonly ended: AbortController; readonly keeping: Promise<void> }>();
  const beat = async (
    provider: ClusterProvider,
    handle: ClusterHandle,
    ttlMs: number,
    signal: AbortSignal,
  ): Promise<void> => {
    try {
      // It has just been made or found: all of its lifetime is ahead.
      await clock.sleep(ttlMs / 4, signal);
      await provider.keepAlive?.(handle, { runId, ttlMs, signal });
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      logger.warn('the expiry of the cluster is no longer moved; a janitor may delete it before the run ends', {
        cluster: handle.name,
        error: why,
      });
    }
  };
  const release = async (name: string): Promise<void> => {
    const one = kept.get(name);
    kept.delete(name);
    one?.ended.abort(new Error(`cluster ${name} need not be kept any more`));
    await one?.keeping;
  };
  return {
    keep(provider, handle, { ttlMs }) {
      if (provider.keepAlive === undefined || ttlMs <= 0 || kept.has(handle.name)) return;
      const ended = new AbortController();
      kept.set(handle.name, { ended, keeping: beat(provider, handle, ttlMs, ended.signal) });
    },
    release: ({ name }) => release(name),
    async [Symbol.asyncDispose]() {
      await Promise.all([...kept.keys()].map(release));
    },
  };
}
