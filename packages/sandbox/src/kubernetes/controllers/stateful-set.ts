import { isApiError } from '../kube-api.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { ensureRevision, forgetRevisions, revisionsOf } from './controller-revision.js';
import { ownClaims } from './claim-retention.js';
import { createEventRecorder } from './events.js';
import { keyOf, splitKey } from './object-key.js';
import { claim, controllerKey } from './ownership.js';
import { createPod } from './pod-control.js';
import { availableInMs, isPodEnded, isPodReady } from './pod-state.js';
import { resources } from './resources.js';
import { withoutZeros, writeStatus } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const REVISION_LABEL = 'controller-revision-hash';

/** The revisions at play, by name. */
interface Revisions {
  readonly current: string;
  readonly update: string;
}

/**
 * Keeps the numbered pods of each StatefulSet, one after the other unless told otherwise, with their claims, updates and
 * status.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export const startStatefulSetController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'statefulset-controller' });
  const queue = createWorkQueue({ name: 'statefulset', clock, logger, sync });
  const stops = [
    api.watch(resources.statefulSets, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch(resources.pods, ({ object }) => {
      const owner = controllerKey(object, 'StatefulSet');
      if (owner !== undefined) queue.add(owner);
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const set = api.get(resources.statefulSets, namespace, name);
    if (set === undefined) return;
    const update = ensureRevision(api, set, 'controller.kubernetes.io/hash').metadata.name ?? '';
    const revisions: Revisions = { update, current: currentRevision(set, update) };
    const dying = set.metadata.deletionTimestamp !== undefined;
    if (!dying) act(set, revisions);
    report(set, revisions);
    const pods = podsOf(set);
    for (const pod of pods) {
      const waitMs = availableInMs(pod, set.spec?.['minReadySeconds'] ?? 0, clock.now());
      if (waitMs !== undefined && waitMs > 0) queue.addAfter(key, waitMs);
    }
    const used = new Set([revisions.current, revisions.update, ...pods.map(revisionOf)]);
    if (!dying) forgetRevisions(api, set, used);
  }

  function currentRevision(set: KubeObject, update: string): string {
    const known: string | undefined = set.status?.['currentRevision'];
    const exists = revisionsOf(api, set).some(({ metadata }) => metadata.name === known);
    return known !== undefined && exists ? known : update;
  }

  function podsOf(set: KubeObject): KubeObject[] {
    return claim(api, resources.pods, set, MANAGER)
      .filter((pod) => ordinalOf(set, pod) >= 0)
      .sort((a, b) => ordinalOf(set, a) - ordinalOf(set, b));
  }

  /** One step towards the wanted pods; the change it makes leads to the next. */
  function act(set: KubeObject, revisions: Revisions): void {
    const { replicas = 1, podManagementPolicy, updateStrategy = {}, ordinals = {} } = set.spec ?? {};
    const first: number = ordinals.start ?? 0;
    const parallel = podManagementPolicy === 'Parallel';
    const pods = new Map(podsOf(set).map((pod) => [ordinalOf(set, pod), pod]));
    for (const ordinal of pods.keys()) if (ordinal < first + replicas) ownClaims(api, set, { ordinal });
    for (let ordinal = first; ordinal < first + replicas; ordinal += 1) {
      const pod = pods.get(ordinal);
      if (pod === undefined) {
        make(set, ordinal, revisions);
        if (!parallel) return;
        continue;
      }
      if (isPodEnded(pod) && pod.metadata.deletionTimestamp === undefined) {
        record(set, {
          type: 'Warning',
          reason: 'RecreatingFailedPod',
          message: `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating failed Pod ${pod.metadata.name}`,
        });
        remove(set, pod);
        if (!parallel) return;
      }
      if (!parallel && (pod.metadata.deletionTimestamp !== undefined || !isAvailable(set, pod))) return;
    }
    const condemned = [...pods].filter(([ordinal]) => ordinal < first || ordinal >= first + replicas).reverse();
    for (const [ordinal, pod] of condemned) {
      ownClaims(api, set, { ordinal, condemned: pod });
      if (pod.metadata.deletionTimestamp === undefined) remove(set, pod);
      if (!parallel) return;
    }
    if (updateStrategy.type === 'OnDelete') return;
    const partition: number = updateStrategy.rollingUpdate?.partition ?? 0;
    for (let ordinal = first + replicas - 1; ordinal >= Math.max(first, partition); ordinal -= 1) {
      const pod = pods.get(ordinal);
      if (pod === undefined) return;
      if (revisionOf(pod) !== revisions.update && pod.metadata.deletionTimestamp === undefined) return remove(set, pod);
      if (!isAvailable(set, pod)) return;
    }
  }

  function isAvailable(set: KubeObject, pod: KubeObject): boolean {
    return (
      pod.metadata.deletionTimestamp === undefined &&
      availableInMs(pod, set.spec?.['minReadySeconds'] ?? 0, clock.now()) === 0
    );
  }

  function make(set: KubeObject, ordinal: number, revisions: Revisions): void {
    const { serviceName, volumeClaimTemplates = [], updateStrategy = {}, ordinals = {} } = set.spec ?? {};
    const name = `${set.metadata.name}-${ordinal}`;
    // What is below the partition is made as before.
    const partition: number = updateStrategy.rollingUpdate?.partition ?? 0;
    const keepsOld = updateStrategy.type !== 'OnDelete' && ordinal < Math.max(partition, ordinals.start ?? 0);
    const revision = keepsOld ? revisions.current : revisions.update;
    const owner = { ...set, spec: { ...set.spec, template: templateOf(set, revision) } };
    const templates: Fields[] = volumeClaimTemplates;
    for (const template of templates) ensureClaim(set, template, ordinal);
    try {
      const pod = createPod(api, owner, {
        name,
        labels: {
          [REVISION_LABEL]: revision,
          'statefulset.kubernetes.io/pod-name': name,
          'apps.kubernetes.io/pod-index': String(ordinal),
        },
        edit(spec) {
          spec['hostname'] = name;
          if (serviceName !== undefined && serviceName !== '') spec['subdomain'] = serviceName;
          const own = new Set(templates.map(({ metadata }) => metadata?.name));
          const others = ((spec['volumes'] ?? []) as Fields[]).filter((volume) => !own.has(volume['name']));
          const claims = templates.map(({ metadata }) => ({
            name: metadata?.name,
            persistentVolumeClaim: { claimName: `${metadata?.name}-${name}` },
          }));
          if (others.length + claims.length > 0) spec['volumes'] = [...claims, ...others];
        },
      });
      record(set, {
        reason: 'SuccessfulCreate',
        message: `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`,
      });
    } catch (error) {
      if (isApiError(error) && error.reason === 'AlreadyExists') return; // still going away
      if (isApiError(error)) {
        const message = `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${error.message}`;
        record(set, { type: 'Warning', reason: 'FailedCreate', message });
      }
      throw error;
    }
  }

  function templateOf(set: KubeObject, revision: string): Fields {
    const found = revisionsOf(api, set).find(({ metadata }) => metadata.name === revision);
    const { $patch: _, ...template } = found?.['data']?.spec?.template ?? set.spec?.['template'] ?? {};
    return template;
  }

  function ensureClaim(set: KubeObject, template: Fields, ordinal: number): void {
    const { namespace } = set.metadata;
    const name = `${template['metadata']?.name}-${set.metadata.name}-${ordinal}`;
    if (api.get(resources.persistentVolumeClaims, namespace, name) !== undefined) return;
    const labels = { ...template['metadata']?.labels, ...set.spec?.['selector']?.matchLabels };
    api.create(
      resources.persistentVolumeClaims,
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name, ...(namespace === undefined ? {} : { namespace }), labels },
        spec: structuredClone(template['spec']),
      },
      { manager: MANAGER },
    );
    const message = `create Claim ${name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} success`;
    record(set, { reason: 'SuccessfulCreate', message });
  }

  function remove(set: KubeObject, { metadata }: KubeObject): void {
    try {
      const uid = metadata.uid === undefined ? {} : { uid: metadata.uid };
      api.delete(resources.pods, metadata.namespace, metadata.name ?? '', uid);
    } catch (error) {
      if (!isApiError(error, 404) && !isApiError(error, 409)) throw error; // gone, or replaced
      return;
    }
    record(set, {
      reason: 'SuccessfulDelete',
      message: `delete Pod ${metadata.name} in StatefulSet ${set.metadata.name} successful`,
    });
  }

  function report(set: KubeObject, { current, update }: Revisions): void {
    const pods = podsOf(set);
    const wanted: number = set.spec?.['replicas'] ?? 1;
    const live = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const updated = live.filter((pod) => revisionOf(pod) === update).length;
    const ready = pods.filter(isPodReady).length;
    const complete = updated === wanted && pods.length === wanted && ready === wanted;
    const currentRevision = complete ? update : current;
    const counters = withoutZeros({
      readyReplicas: ready,
      currentReplicas: live.filter((pod) => revisionOf(pod) === currentRevision).length,
      updatedReplicas: updated,
      availableReplicas: pods.filter((pod) => isAvailable(set, pod)).length,
    });
    const status = {
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      ...counters,
      currentRevision,
      updateRevision: update,
      collisionCount: set.status?.['collisionCount'] ?? 0,
    };
    writeStatus(api, resources.statefulSets, set, status, MANAGER);
  }
};

function revisionOf(pod: KubeObject): string {
  return pod.metadata.labels?.[REVISION_LABEL] ?? '';
}

/** Number at the end of the pod's name; -1 for a pod that is not one of the set's. */
function ordinalOf(set: KubeObject, pod: KubeObject): number {
  const prefix = `${set.metadata.name}-`;
  const name = pod.metadata.name ?? '';
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : -1;
}
