import type { ContextOf } from '@seatrial/cli';
import { keepAlive } from '../heartbeat.js';
import type { heartbeatFlags } from './flags.js';
import { clusterOf, withGke } from './session.js';

/** Moves the expiry of a cluster, once or until it is stopped. */
export async function heartbeat(context: ContextOf<typeof heartbeatFlags>): Promise<void> {
  const { flags, clock, logger, signal } = context;
  await withGke(context, async ({ gke, environment }) => {
    const ref = clusterOf(flags, environment);
    const runId = flags['run-id'];
    const ttlMs = flags['ttl-hours'] * 3_600_000;
    const everyMinutes = flags['every-minutes'];
    if (everyMinutes !== undefined) {
      return keepAlive(gke, ref, { runId, ttlMs, intervalMs: everyMinutes * 60_000, signal, clock, logger });
    }
    const expiresMs = clock.now() + ttlMs;
    const isMoved = await gke.extendExpiry(ref, { runId, expiresMs }, { signal });
    const until = new Date(Math.ceil(expiresMs / 1_000) * 1_000).toISOString().replace('.000', '');
    context.print(isMoved ? `${ref.name} expires at ${until}` : `${ref.name} keeps longer than ${until} already`);
  });
}
