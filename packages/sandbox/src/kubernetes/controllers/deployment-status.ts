import type { Fields, KubeObject } from '../kube-api.js';
import { rollingLimits } from './deployment-revision.js';
import { formatTime, parseTime } from './kube-time.js';
import { conditionOf, withoutZeros } from './status.js';
import type { Condition } from './status.js';

/** `status` of a Deployment. Counters that are zero are absent. */
export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  conditions?: readonly Condition[];
  collisionCount?: number;
}

const sum = (sets: readonly KubeObject[], count: (set: KubeObject) => number | undefined): number =>
  sets.reduce((total, set) => total + (count(set) ?? 0), 0);

/** Replicas wanted of these ReplicaSets together. */
export const wantedReplicas = (sets: readonly KubeObject[]): number => sum(sets, (set) => set.spec?.['replicas']);

/**
 * Conditions with one set: unchanged when status and reason are the same, else moved to the end, keeping the transition
 * time when only the reason differs.
 */
export function withCondition(conditions: readonly Condition[], next: Condition): readonly Condition[] {
  const current = conditionOf(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason) return conditions;
  const lastTransitionTime = current?.status === next.status ? current.lastTransitionTime : next.lastTransitionTime;
  const others = conditions.filter(({ type }) => type !== next.type);
  return [...others, { ...next, ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }) }];
}

/** A condition of a Deployment that begins now. */
export function newCondition(
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
  nowMs: number,
): Condition {
  const now = formatTime(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** Counters and the condition Available, as they follow from the ReplicaSets. */
export function countStatus(
  deployment: KubeObject,
  all: readonly KubeObject[],
  current: KubeObject | undefined,
  nowMs: number,
): DeploymentStatus {
  const old: DeploymentStatus = deployment.status ?? {};
  const replicas = sum(all, (set) => set.status?.['replicas']);
  const availableReplicas = sum(all, (set) => set.status?.['availableReplicas']);
  const enough = availableReplicas >= (deployment.spec?.['replicas'] ?? 1) - rollingLimits(deployment).maxUnavailable;
  const available = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', nowMs)
    : newCondition(
        'Available',
        'False',
        'MinimumReplicasUnavailable',
        'Deployment does not have minimum availability.',
        nowMs,
      );
  return {
    ...withoutZeros({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas,
      updatedReplicas: current?.status?.['replicas'] ?? 0,
      readyReplicas: sum(all, (set) => set.status?.['readyReplicas']),
      availableReplicas,
      unavailableReplicas: Math.max(0, wantedReplicas(all) - availableReplicas),
      collisionCount: old.collisionCount ?? 0,
    }),
    conditions: withCondition(old.conditions ?? [], available),
  };
}

/** Is everything updated and available, and nothing else there? */
export function isComplete(deployment: KubeObject, status: DeploymentStatus): boolean {
  const wanted = deployment.spec?.['replicas'] ?? 1;
  return (
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** The time until the progress deadline runs out, in milliseconds; `undefined` when nothing is under way. */
export function msUntilDeadline(deployment: KubeObject, status: DeploymentStatus, nowMs: number): number | undefined {
  const seconds = progressDeadlineOf(deployment);
  const condition = conditionOf(status.conditions, 'Progressing');
  if (seconds === undefined || condition === undefined) return undefined;
  if (['NewReplicaSetAvailable', 'ProgressDeadlineExceeded', 'DeploymentPaused'].includes(condition.reason ?? ''))
    return undefined;
  return (parseTime(condition.lastUpdateTime) ?? nowMs) + seconds * 1000 - nowMs;
}

/** `spec.progressDeadlineSeconds`, `undefined` where there is none (the largest integer stands for that too). */
export function progressDeadlineOf(deployment: KubeObject): number | undefined {
  const seconds: number | undefined = deployment.spec?.['progressDeadlineSeconds'];
  return seconds === undefined || seconds >= 2 ** 31 - 1 ? undefined : seconds;
}

/** Whole status of a rollout: {@link countStatus} with the condition Progressing and ReplicaFailure. */
export function rolloutStatus(
  deployment: KubeObject,
  all: readonly KubeObject[],
  current: KubeObject | undefined,
  nowMs: number,
): DeploymentStatus {
  const status = countStatus(deployment, all, current, nowMs);
  const name = current?.metadata.name;
  const subject = name === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${name}"`;
  const old: DeploymentStatus = deployment.status ?? {};
  let conditions = status.conditions ?? [];
  const before = conditionOf(old.conditions, 'Progressing');
  const done = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === 'NewReplicaSetAvailable';

  if (progressDeadlineOf(deployment) === undefined) {
    conditions = conditions.filter(({ type }) => type !== 'Progressing');
  } else if (!done) {
    if (isComplete(deployment, status)) {
      const message = `${subject} has successfully progressed.`;
      conditions = withCondition(
        conditions,
        newCondition('Progressing', 'True', 'NewReplicaSetAvailable', message, nowMs),
      );
    } else if (hasProgressed(old, status)) {
      const next = newCondition('Progressing', 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, nowMs);
      const since = before?.status === 'True' ? before.lastTransitionTime : undefined;
      const others = conditions.filter(({ type }) => type !== 'Progressing');
      conditions = [...others, { ...next, ...(since === undefined ? {} : { lastTransitionTime: since }) }];
    } else if ((msUntilDeadline(deployment, { ...status, conditions }, nowMs) ?? 1) <= 0) {
      const message = `${subject} has timed out progressing.`;
      conditions = withCondition(
        conditions,
        newCondition('Progressing', 'False', 'ProgressDeadlineExceeded', message, nowMs),
      );
    }
  }
  return { ...status, conditions: withReplicaFailure(conditions, all, current) };
}

function hasProgressed(old: DeploymentStatus, next: DeploymentStatus): boolean {
  const outdated = (status: DeploymentStatus) => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    outdated(next) < outdated(old) ||
    (next.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function withReplicaFailure(
  conditions: readonly Condition[],
  all: readonly KubeObject[],
  current: KubeObject | undefined,
): readonly Condition[] {
  const sets = current === undefined ? all : [current, ...all];
  const failure = sets
    .map((set) => conditionOf((set.status as Fields | undefined)?.['conditions'], 'ReplicaFailure'))
    .find((condition) => condition?.status === 'True');
  if (failure === undefined) return conditions.filter(({ type }) => type !== 'ReplicaFailure');
  return withCondition(conditions, {
    ...failure,
    lastUpdateTime: failure.lastTransitionTime ?? '',
  });
}
