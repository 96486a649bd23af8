import type { GkeCluster } from './cluster.js';
import { EXPIRES_LABEL, expiryOf, RUN_LABEL } from './labels.js';

/** What a janitor may do with a cluster, and why. */
export interface Verdict {
  /** `foreign`: not ours, never touched. `unclear`: ours, but not known until when. */
  readonly kind: 'expired' | 'broken' | 'kept' | 'unclear' | 'foreign';
  readonly why: string;
}

/** What a cluster is judged by. */
export interface VerdictFacts {
  readonly nowMs: number;
  /** How long a cluster may be in ERROR before it counts as left, in milliseconds. */
  readonly errorGraceMs: number;
  /** Since when it is in ERROR, in milliseconds since 1970. @default its creation */
  readonly errorSinceMs?: number | undefined;
}

/** Judges a cluster by its labels: without those of a run it is somebody else's. */
export function judgeCluster(cluster: GkeCluster, facts: VerdictFacts): Verdict {
  const { labels, status, createTime = '' } = cluster;
  if (!labels[RUN_LABEL]) return { kind: 'foreign', why: `no label ${RUN_LABEL}` };
  const expiresMs = expiryOf(cluster);
  if (expiresMs === undefined) {
    const text = labels[EXPIRES_LABEL];
    return { kind: 'unclear', why: text === undefined ? `no label ${EXPIRES_LABEL}` : `${EXPIRES_LABEL} is ${text}` };
  }
  if (expiresMs <= facts.nowMs) return { kind: 'expired', why: `expired ${formatAge(facts.nowMs - expiresMs)} ago` };
  const sinceMs = facts.errorSinceMs ?? Date.parse(createTime);
  if (status === 'ERROR' && facts.nowMs - sinceMs >= facts.errorGraceMs) {
    return { kind: 'broken', why: `in ERROR for ${formatAge(facts.nowMs - sinceMs)}` };
  }
  const state = status === 'ERROR' ? ', in ERROR' : '';
  return { kind: 'kept', why: `expires in ${formatAge(expiresMs - facts.nowMs)}${state}` };
}

/** `5m`, `2h05m`, `3d02h`. */
function formatAge(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (minutes < 60) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h${pad(minutes % 60)}m`;
  return `${Math.floor(hours / 24)}d${pad(hours % 24)}h`;
}
