import { systemClock } from '@seatrial/cli';
import type { Clock } from './budget.js';
import type { ClusterRef } from './cluster.js';
import { GkeError } from './errors.js';
import type { Gke, Logger } from './gke.js';

/** How a cluster is kept. */
export interface HeartbeatOptions {
  /** Run that the cluster was made for. */
  readonly runId: string;
  /** How long the cluster keeps after the last beat, in milliseconds. */
  readonly ttlMs: number;
  /** Time between beats. @default a quarter of `ttlMs` */
  readonly intervalMs?: number;
  /** Aborting it ends the beat, and the call resolves. */
  readonly signal: AbortSignal;
  /** @default the machine's */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/**
 * Keeps a cluster of a running trial from the janitor: its expiry is moved at once and then again and again.
 *
 * A beat that fails is tried again after a quarter of the interval: there is time for some failures before the cluster
 * expires.
 *
 * @throws {GkeError} `NOT_FOUND`, `INVALID`, `DENIED` when it will never go well: the cluster is gone or another run's, or
 * a permission is missing.
 */
export async function keepAlive(
  gke: Pick<Gke, 'extendExpiry'>,
  ref: ClusterRef,
  options: HeartbeatOptions,
): Promise<void> {
  const { runId, ttlMs, intervalMs = ttlMs / 4, signal, clock = systemClock, logger } = options;
  while (!signal.aborted) {
    let pauseMs = intervalMs;
    try {
      const expiresMs = clock.now() + ttlMs;
      await gke.extendExpiry(ref, { runId, expiresMs }, { timeoutMs: intervalMs, signal });
      logger?.debug('cluster is kept', { cluster: ref.name, expires: new Date(expiresMs).toISOString() });
    } catch (error) {
      if (signal.aborted) return;
      const isFinal =
        error instanceof GkeError &&
        (error.code === 'NOT_FOUND' || error.code === 'INVALID' || error.code === 'DENIED');
      if (isFinal || !(error instanceof GkeError)) throw error;
      logger?.warn('could not keep cluster yet', { cluster: ref.name, error: error.message });
      pauseMs = intervalMs / 4;
    }
    // Rejects only when it is aborted, which is the end that was asked for.
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}
