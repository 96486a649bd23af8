import { once } from 'node:events';
import type { Clock } from '@seatrial/cli';
import type { ObjectStore } from '@seatrial/storage';

const POLL_MS = 1_000;

/** Writes a log, and what is added to it until the run is over. One that is not there yet is waited for. */
export async function followLog(
  {
    store,
    clock,
    stdout,
  }: { readonly store: ObjectStore; readonly clock: Clock; readonly stdout: NodeJS.WritableStream },
  log: { readonly uri: string; readonly signal: AbortSignal; isOver(): Promise<boolean> },
): Promise<void> {
  let shown = 0;
  for (;;) {
    // Asked before reading: what is written in between is read.
    const isLast = await log.isOver();
    const info = await store.stat(log.uri);
    if (info !== undefined && info.sizeBytes > shown) {
      const stream = await store.readStream(log.uri, { start: shown, end: info.sizeBytes - 1, signal: log.signal });
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        shown += chunk.length;
        if (!stdout.write(chunk)) await once(stdout, 'drain', { signal: log.signal });
      }
    }
    if (isLast) return;
    await clock.sleep(POLL_MS, log.signal);
  }
}
