import { isApiError } from '../kube-api.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { createEventRecorder } from './events.js';
import { formatTime } from './kube-time.js';
import { keyOf, splitKey } from './object-key.js';
import { claim, controllerKey, controllerOf } from './ownership.js';
import { createPodWithEvents, deletePod } from './pod-control.js';
import { availableInMs, isPodActive, isPodReady, readySinceMs } from './pod-state.js';
import { resources } from './resources.js';
import { conditionOf, writeStatus } from './status.js';
import type { Condition } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';

/**
 * Keeps as many pods of each ReplicaSet as it wants, and its status.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/
 */
export const startReplicaSetController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'replicaset-controller' });
  const queue = createWorkQueue({ name: 'replicaset', clock, logger, sync });
  const stops = [
    api.watch(resources.replicaSets, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch(resources.pods, ({ object, previous }) => {
      for (const pod of previous === undefined ? [object] : [object, previous]) {
        const owner = controllerKey(pod, 'ReplicaSet');
        if (owner !== undefined) queue.add(owner);
      }
      if (controllerOf(object) !== undefined || object.metadata.namespace === undefined) return;
      const { namespace } = object.metadata;
      for (const set of api.list(resources.replicaSets, { namespace })) queue.add(keyOf(set));
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const set = api.get(resources.replicaSets, namespace, name);
    if (set === undefined) return;
    const pods = claim(api, resources.pods, set, MANAGER).filter(isPodActive);
    let failure: Error | undefined;
    if (set.metadata.deletionTimestamp === undefined) {
      try {
        adjust(set, pods);
      } catch (error) {
        if (!isApiError(error)) throw error;
        failure = error;
      }
    }
    const status = statusOf(set, pods, failure);
    const written = writeStatus(api, resources.replicaSets, set, status, MANAGER);
    waitForAvailability(key, set, pods);
    if (failure !== undefined && written !== undefined) throw failure;
  }

  function adjust(set: KubeObject, pods: readonly KubeObject[]): void {
    const missing = Number(set.spec?.['replicas'] ?? 1) - pods.length;
    for (let made = 0; made < missing; made += 1) createPodWithEvents(api, record, set);
    if (missing >= 0) return;
    for (const pod of [...pods].sort(leastWorthFirst).slice(0, -missing)) deletePod(api, record, set, pod);
  }

  function statusOf(set: KubeObject, pods: readonly KubeObject[], failure: Error | undefined): Fields {
    const minReadySeconds: number = set.spec?.['minReadySeconds'] ?? 0;
    const templateLabels: Record<string, string> = set.spec?.['template']?.metadata?.labels ?? {};
    const labelled = pods.filter(({ metadata }) =>
      Object.entries(templateLabels).every(([key, value]) => metadata.labels?.[key] === value),
    );
    const now = clock.now();
    const ready = pods.filter(isPodReady);
    const available = pods.filter((pod) => availableInMs(pod, minReadySeconds, now) === 0);
    const optional: Fields = {};
    if (labelled.length > 0) optional['fullyLabeledReplicas'] = labelled.length;
    if (ready.length > 0) optional['readyReplicas'] = ready.length;
    if (available.length > 0) optional['availableReplicas'] = available.length;
    const conditions = conditionsOf(set, pods, failure);
    return {
      replicas: pods.length,
      ...optional,
      observedGeneration: set.metadata.generation,
      ...(conditions.length === 0 ? {} : { conditions }),
    };
  }

  function conditionsOf(set: KubeObject, pods: readonly KubeObject[], failure: Error | undefined): Condition[] {
    const old: Condition[] = set.status?.['conditions'] ?? [];
    if (failure === undefined) return old.filter(({ type }) => type !== 'ReplicaFailure');
    if (conditionOf(old, 'ReplicaFailure') !== undefined) return old;
    const reason = pods.length < Number(set.spec?.['replicas'] ?? 1) ? 'FailedCreate' : 'FailedDelete';
    const lastTransitionTime = formatTime(clock.now());
    return [...old, { type: 'ReplicaFailure', status: 'True', lastTransitionTime, reason, message: failure.message }];
  }

  function waitForAvailability(key: string, set: KubeObject, pods: readonly KubeObject[]): void {
    const minReadySeconds: number = set.spec?.['minReadySeconds'] ?? 0;
    if (minReadySeconds === 0) return;
    for (const pod of pods) {
      const waitMs = availableInMs(pod, minReadySeconds, clock.now());
      if (waitMs !== undefined && waitMs > 0) queue.addAfter(key, waitMs);
    }
  }
};

const phases = ['Pending', 'Unknown', 'Running'];

/** Order of deletion: without a node, not running, not ready, ready for the shortest time, youngest. */
export function leastWorthFirst(a: KubeObject, b: KubeObject): number {
  const rank = (pod: KubeObject): number[] => [
    pod.spec?.['nodeName'] === undefined ? 0 : 1,
    phases.indexOf(pod.status?.['phase']),
    isPodReady(pod) ? 1 : 0,
    -(readySinceMs(pod) ?? 0),
    -Date.parse(pod.metadata.creationTimestamp ?? ''),
  ];
  const left = rank(a);
  const right = rank(b);
  const index = left.findIndex((value, at) => value !== right[at]);
  return index < 0 ? 0 : (left[index] ?? 0) - (right[index] ?? 0);
}
