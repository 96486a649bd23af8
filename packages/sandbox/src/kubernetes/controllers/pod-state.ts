import type { KubeObject } from '../kube-api.js';
import { parseTime } from './kube-time.js';

/** Neither ended nor being deleted: counts as a replica. */
export function isPodActive(pod: KubeObject): boolean {
  return !isPodEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Has the pod succeeded or failed? */
export function isPodEnded(pod: KubeObject): boolean {
  const phase = pod.status?.['phase'];
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Is the condition Ready true? */
export function isPodReady(pod: KubeObject): boolean {
  return readySinceMs(pod) !== undefined;
}

/** When the pod became ready, in milliseconds; `undefined` when it is not. */
export function readySinceMs(pod: KubeObject): number | undefined {
  const conditions: { type: string; status: string; lastTransitionTime?: string }[] = pod.status?.['conditions'] ?? [];
  const ready = conditions.find(({ type, status }) => type === 'Ready' && status === 'True');
  return ready === undefined ? undefined : (parseTime(ready.lastTransitionTime) ?? 0);
}

/** Milliseconds until a ready pod counts as available: 0 when it does, `undefined` when it is not ready. */
export function availableInMs(pod: KubeObject, minReadySeconds: number, nowMs: number): number | undefined {
  const since = readySinceMs(pod);
  if (since === undefined) return undefined;
  return minReadySeconds === 0 ? 0 : Math.max(0, since + minReadySeconds * 1000 - nowMs);
}
