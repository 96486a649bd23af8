import type { KubeObject } from '../kube-api.js';
import type { JobPods } from './job-tally.js';
import { controllerOf } from './ownership.js';

/** Remembers of each Job the pods that are not there any longer, so that they count on. */
export interface JobHistory {
  /** Takes note of a pod that was removed. */
  remember(pod: KubeObject): void;
  /** Takes note of a pod that its Job wants no more: it will not count. */
  release(job: KubeObject, pod: KubeObject): void;
  /** Takes note of a pod that its Job stops because it ends: it has failed. */
  condemn(job: KubeObject, pod: KubeObject): void;
  /** All that is known of a Job's pods. */
  of(job: KubeObject, present: readonly KubeObject[]): JobPods;
  /** Forgets a Job that was removed. */
  forget(job: KubeObject): void;
}

/** Creates an empty history. */
export function createJobHistory(): JobHistory {
  const gone = new Map<string, KubeObject[]>();
  const released = new Map<string, Set<string>>();
  const condemned = new Map<string, Set<string>>();
  const note =
    (noted: Map<string, Set<string>>) =>
    ({ metadata: { uid = '' } }: KubeObject, pod: KubeObject): void => {
      const known = noted.get(uid) ?? new Set();
      noted.set(uid, known.add(pod.metadata.uid ?? ''));
    };
  return {
    remember(pod) {
      const owner = controllerOf(pod);
      if (owner?.kind !== 'Job') return;
      const known = gone.get(owner.uid) ?? [];
      gone.set(owner.uid, [...known, pod]);
    },
    release: note(released),
    condemn: note(condemned),
    of: ({ metadata: { uid = '' } }, present) => ({
      present,
      gone: gone.get(uid) ?? [],
      released: released.get(uid) ?? new Set(),
      condemned: condemned.get(uid) ?? new Set(),
    }),
    forget({ metadata: { uid = '' } }) {
      gone.delete(uid);
      released.delete(uid);
      condemned.delete(uid);
    },
  };
}
