/** Pause before the second try, in milliseconds; the kubelet's. */
export const FIRST_BACKOFF_MS = 10_000;
const LAST_BACKOFF_MS = 300_000;

/** The pause after this one: twice as long, up to five minutes. 0 is none so far. */
export function nextBackoffMs(backoffMs: number): number {
  return Math.min(LAST_BACKOFF_MS, backoffMs === 0 ? FIRST_BACKOFF_MS : backoffMs * 2);
}
