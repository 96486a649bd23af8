import type { KubeObject } from './kube-object.js';

/** Where a cluster that stands in for a real one says how it ran a pod: `docker`, `process`, `simulated`. */
const ANNOTATION = 'sandbox.seatrial.dev/runtime';

/**
 * How pods were run, as properties of the suite they belong to: the annotation's distinct values, in order and joined
 * by `, `. Empty when no pod has one, as on a real cluster.
 */
export function runtimeProperties(pods: Iterable<KubeObject>): Readonly<Record<string, string>> {
  const values = new Set<string>();
  for (const { metadata } of pods) {
    const value = metadata.annotations?.[ANNOTATION];
    if (value !== undefined && value !== '') values.add(value);
  }
  return values.size === 0 ? {} : { [ANNOTATION]: [...values].sort().join(', ') };
}
