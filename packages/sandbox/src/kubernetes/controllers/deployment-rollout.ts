import { isApiError } from '../kube-api.js';
import type { KubeApi, KubeObject } from '../kube-api.js';
import { annotationsFor, hasTemplate, marks, revisionOf, rollingLimits } from './deployment-revision.js';
import { newCondition, progressDeadlineOf, wantedReplicas, withCondition } from './deployment-status.js';
import type { DeploymentStatus } from './deployment-status.js';
import { isEqual } from '../equal.js';
import type { EventRecorder } from './events.js';
import { controllerReference } from './ownership.js';
import { resources } from './resources.js';
import { conditionOf } from './status.js';
import { templateHash } from './template-hash.js';

/** Name under which the controllers write. */
export const MANAGER = 'kube-controller-manager';

/** What the steps of a rollout share. */
export interface Rollout {
  readonly api: KubeApi;
  readonly record: EventRecorder;
  readonly nowMs: number;
}

const byAge = (a: KubeObject, b: KubeObject): number =>
  String(a.metadata.creationTimestamp).localeCompare(String(b.metadata.creationTimestamp)) ||
  revisionOf(a) - revisionOf(b);

/** The ReplicaSet of the Deployment's present template. */
export function findCurrent(deployment: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
  return [...sets].sort(byAge).find((set) => hasTemplate(set, deployment.spec?.['template'] ?? {}));
}

/**
 * The ReplicaSet of the present template with the right annotations, made when there is none; the Deployment's own
 * revision annotation follows. `undefined` when a name collision asks for another try.
 */
export function ensureCurrent(
  { api, record, nowMs }: Rollout,
  deployment: KubeObject,
  sets: readonly KubeObject[],
): KubeObject | undefined {
  const found = findCurrent(deployment, sets);
  const old = sets.filter((set) => set !== found);
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  const { namespace } = deployment.metadata;
  if (found !== undefined) {
    const annotations = annotationsFor(deployment, revision, found.metadata.annotations);
    const minReadySeconds = deployment.spec?.['minReadySeconds'];
    const changed =
      !isEqual(annotations, found.metadata.annotations) || found.spec?.['minReadySeconds'] !== minReadySeconds;
    const current = changed
      ? api.modify(resources.replicaSets, namespace, found.metadata.name ?? '', (draft) => {
          draft.metadata.annotations = annotations;
          draft.spec = { ...draft.spec, ...(minReadySeconds === undefined ? {} : { minReadySeconds }) };
        })
      : found;
    noteRevision(
      Number(annotations[marks.revision]),
      'FoundNewReplicaSet',
      `Found new replica set "${found.metadata.name}"`,
    );
    return current;
  }
  const { replicas: _, template, selector, minReadySeconds } = deployment.spec ?? {};
  const hash = templateHash(template, deployment.status?.['collisionCount']);
  const replicas = replicasOfNew(deployment, sets, 0);
  const { maxSurge } = rollingLimits(deployment);
  const name = `${deployment.metadata.name}-${hash}`;
  const labels = { ...template.metadata?.labels, [marks.hash]: hash };
  let created: KubeObject;
  try {
    created = api.create(
      resources.replicaSets,
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          labels,
          annotations: {
            ...annotationsFor(deployment, revision),
            [marks.desiredReplicas]: String(deployment.spec?.['replicas'] ?? 1),
            [marks.maxReplicas]: String((deployment.spec?.['replicas'] ?? 1) + maxSurge),
          },
          ownerReferences: [controllerReference(deployment)],
        },
        spec: {
          replicas,
          selector: { ...selector, matchLabels: { ...selector?.matchLabels, [marks.hash]: hash } },
          template: { ...structuredClone(template), metadata: { ...structuredClone(template.metadata), labels } },
          ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
        },
      },
      { manager: MANAGER },
    );
  } catch (error) {
    if (!isApiError(error)) throw error;
    if (error.code !== 409 || error.reason !== 'AlreadyExists') {
      noteProgress('False', 'ReplicaSetCreateError', `Failed to create new replica set "${name}": ${error.message}`);
      throw error;
    }
    // Another ReplicaSet has the name: the next try takes another hash.
    updateStatus((status) => ({ ...status, collisionCount: (status.collisionCount ?? 0) + 1 }));
    return undefined;
  }
  if (replicas > 0) {
    record(deployment, { reason: 'ScalingReplicaSet', message: `Scaled up replica set ${name} to ${replicas}` });
  }
  noteRevision(revision, 'NewReplicaSetCreated', `Created new replica set "${name}"`);
  return created;

  function noteRevision(number: number, reason: string, message: string): void {
    const status: DeploymentStatus = deployment.status ?? {};
    const known = conditionOf(status.conditions, 'Progressing');
    const tell =
      progressDeadlineOf(deployment) !== undefined && (reason === 'NewReplicaSetCreated' || known === undefined);
    if (!tell && revisionOf(deployment) === number) return;
    updateStatus(
      (before) =>
        tell
          ? {
              ...before,
              conditions: withCondition(
                before.conditions ?? [],
                newCondition('Progressing', 'True', reason, message, nowMs),
              ),
            }
          : before,
      number,
    );
  }

  function noteProgress(status: 'False', reason: string, message: string): void {
    updateStatus((before) => ({
      ...before,
      conditions: withCondition(before.conditions ?? [], newCondition('Progressing', status, reason, message, nowMs)),
    }));
  }

  function updateStatus(change: (status: DeploymentStatus) => DeploymentStatus, number?: number): void {
    api.modify(
      resources.deployments,
      namespace,
      deployment.metadata.name ?? '',
      (draft) => {
        draft.status = { ...change(draft.status ?? {}) };
        if (number !== undefined) {
          draft.metadata.annotations = { ...draft.metadata.annotations, [marks.revision]: String(number) };
        }
      },
      { subresource: 'status', manager: MANAGER },
    );
  }
}

/** Replicas that the new ReplicaSet may have now, given all of them. */
export function replicasOfNew(deployment: KubeObject, all: readonly KubeObject[], present: number): number {
  const wanted: number = deployment.spec?.['replicas'] ?? 1;
  if (deployment.spec?.['strategy']?.type === 'Recreate') return wanted;
  const room = wanted + rollingLimits(deployment).maxSurge - wantedReplicas(all);
  return room <= 0 ? present : present + Math.max(0, Math.min(room, wanted - present));
}

/** Scales a ReplicaSet and says so; true when it changed. */
export function scaleTo({ api, record }: Rollout, deployment: KubeObject, set: KubeObject, replicas: number): boolean {
  const before: number = set.spec?.['replicas'] ?? 0;
  const wanted: number = deployment.spec?.['replicas'] ?? 1;
  const counts = {
    [marks.desiredReplicas]: String(wanted),
    [marks.maxReplicas]: String(wanted + rollingLimits(deployment).maxSurge),
  };
  const { annotations = {} } = set.metadata;
  const annotated = Object.entries(counts).every(([key, value]) => annotations[key] === value);
  if (before === replicas && annotated) return false;
  api.modify(
    resources.replicaSets,
    set.metadata.namespace,
    set.metadata.name ?? '',
    (draft) => {
      draft.spec = { ...draft.spec, replicas };
      draft.metadata.annotations = { ...draft.metadata.annotations, ...counts };
    },
    { manager: MANAGER },
  );
  if (before === replicas) return false;
  const direction = replicas > before ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} to ${replicas}`;
  record(deployment, { reason: 'ScalingReplicaSet', message });
  return true;
}

/** Takes old ReplicaSets down as far as availability allows, unhealthy replicas first; true when one changed. */
export function scaleDownOld(
  rollout: Rollout,
  deployment: KubeObject,
  current: KubeObject,
  old: readonly KubeObject[],
): boolean {
  const all = [current, ...old];
  if (wantedReplicas(old) === 0) return false;
  const wanted: number = deployment.spec?.['replicas'] ?? 1;
  const minAvailable = wanted - rollingLimits(deployment).maxUnavailable;
  const newUnavailable = (current.spec?.['replicas'] ?? 0) - (current.status?.['availableReplicas'] ?? 0);
  let room = wantedReplicas(all) - minAvailable - newUnavailable;
  if (room <= 0) return false;
  const targets = new Map(old.map((set) => [set, Number(set.spec?.['replicas'] ?? 0)]));
  const oldest = [...old].sort(byAge);
  for (const set of oldest) {
    const unhealthy = (targets.get(set) ?? 0) - (set.status?.['availableReplicas'] ?? 0);
    const step = Math.max(0, Math.min(room, unhealthy));
    targets.set(set, (targets.get(set) ?? 0) - step);
    room -= step;
  }
  const available = all.reduce((total, set) => total + Number(set.status?.['availableReplicas'] ?? 0), 0);
  let healthyRoom = Math.max(0, available - minAvailable);
  for (const set of oldest) {
    const step = Math.min(healthyRoom, targets.get(set) ?? 0);
    targets.set(set, (targets.get(set) ?? 0) - step);
    healthyRoom -= step;
  }
  let changed = false;
  for (const [set, replicas] of targets) {
    if (replicas !== set.spec?.['replicas'] && scaleTo(rollout, deployment, set, replicas)) changed = true;
  }
  return changed;
}

/** Deletes the oldest empty ReplicaSets beyond the history limit. */
export function forgetOld({ api }: Rollout, deployment: KubeObject, old: readonly KubeObject[]): void {
  const limit: number = deployment.spec?.['revisionHistoryLimit'] ?? 10;
  const empty = old
    .filter(({ spec, status, metadata }) => !spec?.['replicas'] && !status?.['replicas'] && !metadata.deletionTimestamp)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of empty.slice(0, Math.max(0, empty.length - limit))) {
    try {
      api.delete(resources.replicaSets, set.metadata.namespace, set.metadata.name ?? '');
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // gone already
    }
  }
}
