import type { Fields, KubeObject } from '../kube-api.js';
import { stableJson } from './template-hash.js';

/** Annotations and labels that the Deployment controller keeps. */
export const marks = {
  revision: 'deployment.kubernetes.io/revision',
  revisionHistory: 'deployment.kubernetes.io/revision-history',
  desiredReplicas: 'deployment.kubernetes.io/desired-replicas',
  maxReplicas: 'deployment.kubernetes.io/max-replicas',
  hash: 'pod-template-hash',
} as const;

const NOT_COPIED: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  marks.revision,
  marks.revisionHistory,
  marks.desiredReplicas,
  marks.maxReplicas,
  'deprecated.deployment.rollback.to',
]);

/** Revision of a Deployment or ReplicaSet; 0 where it has none. */
export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.annotations?.[marks.revision] ?? 0) || 0;
}

/** Is the ReplicaSet's template the Deployment's, but for the hash? */
export function hasTemplate(replicaSet: KubeObject, template: Fields): boolean {
  const own: Fields = replicaSet.spec?.['template'] ?? {};
  const { [marks.hash]: _, ...labels } = own['metadata']?.labels ?? {};
  const bare = { ...own, metadata: { ...own['metadata'], labels } };
  return stableJson(bare) === stableJson(template);
}

/** Annotations of a ReplicaSet that is to stand for a revision of the Deployment. */
export function annotationsFor(
  deployment: KubeObject,
  revision: number,
  current: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const annotations: Record<string, string> = { ...current };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!NOT_COPIED.has(key)) annotations[key] = value;
  }
  const before = current[marks.revision];
  if (before === undefined || Number(before) < revision) {
    annotations[marks.revision] = String(revision);
    if (before !== undefined) {
      const history = current[marks.revisionHistory];
      annotations[marks.revisionHistory] = history === undefined ? before : `${history},${before}`;
    }
  }
  return annotations;
}

/** How many pods more than wanted, and how many fewer available, a rolling update may have. */
export function rollingLimits(deployment: KubeObject): { readonly maxSurge: number; readonly maxUnavailable: number } {
  const { replicas = 1, strategy = {} } = deployment.spec ?? {};
  if (strategy.type === 'Recreate' || replicas === 0) return { maxSurge: 0, maxUnavailable: 0 };
  const { maxSurge = '25%', maxUnavailable = '25%' } = strategy.rollingUpdate ?? {};
  const surge = scaled(maxSurge, replicas, Math.ceil);
  const unavailable = Math.min(scaled(maxUnavailable, replicas, Math.floor), replicas);
  // Both zero would never move.
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** An `IntOrString`: a number as it is, a percentage of a total rounded as told. */
export function scaled(value: number | string, total: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number.parseFloat(value) * total) / 100) : Number(value);
}
