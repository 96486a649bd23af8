import type { KubeObject } from '../kube-api.js';
import { marks } from './deployment-revision.js';
import {
  countStatus,
  msUntilDeadline,
  newCondition,
  progressDeadlineOf,
  rolloutStatus,
  wantedReplicas,
  withCondition,
} from './deployment-status.js';
import type { DeploymentStatus } from './deployment-status.js';
import {
  ensureCurrent,
  findCurrent,
  forgetOld,
  MANAGER,
  replicasOfNew,
  scaleDownOld,
  scaleTo,
} from './deployment-rollout.js';
import type { Rollout } from './deployment-rollout.js';
import type { Controller } from './context.js';
import { createEventRecorder } from './events.js';
import { keyOf, splitKey } from './object-key.js';
import { claim, controllerKey, controllerOf } from './ownership.js';
import { isPodEnded } from './pod-state.js';
import { resources } from './resources.js';
import { conditionOf, writeStatus } from './status.js';
import { createWorkQueue } from './work-queue.js';

/**
 * Keeps each Deployment's ReplicaSets: rolling update and Recreate, revisions, pause, progress deadline, status.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
export const startDeploymentController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'deployment-controller' });
  const queue = createWorkQueue({ name: 'deployment', clock, logger, sync });
  const stops = [
    api.watch(resources.deployments, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch(resources.replicaSets, ({ object }) => {
      const owner = controllerKey(object, 'Deployment');
      if (owner !== undefined) return queue.add(owner);
      if (controllerOf(object) !== undefined) return;
      // An orphan may be adopted by any Deployment of its namespace.
      for (const deployment of api.list(resources.deployments, namespaceOf(object))) queue.add(keyOf(deployment));
    }),
    api.watch(resources.pods, ({ type, object }) => {
      // Recreate goes on when the last old pod is gone.
      if (type === 'ADDED' || (type === 'MODIFIED' && !isPodEnded(object))) return;
      for (const deployment of api.list(resources.deployments, namespaceOf(object))) {
        if (deployment.spec?.['strategy']?.type === 'Recreate') queue.add(keyOf(deployment));
      }
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const deployment = api.get(resources.deployments, namespace, name);
    if (deployment === undefined) return;
    const sets = claim(api, resources.replicaSets, deployment, MANAGER);
    const rollout: Rollout = { api, record, nowMs: clock.now() };
    if (deployment.metadata.deletionTimestamp !== undefined) return reportOnly(rollout, deployment, sets);
    if (notePause(rollout, deployment)) return queue.add(key);
    if (deployment.spec?.['paused'] === true || isScaling(deployment, sets)) {
      scale(rollout, deployment, sets);
      return reportOnly(rollout, deployment, sets);
    }
    if (deployment.spec?.['strategy']?.type === 'Recreate') recreate(rollout, deployment, sets);
    else roll(rollout, deployment, sets);
  }

  /** True when the condition was written: the Deployment is then looked at again. */
  function notePause({ nowMs }: Rollout, deployment: KubeObject): boolean {
    if (progressDeadlineOf(deployment) === undefined) return false;
    const status: DeploymentStatus = deployment.status ?? {};
    const condition = conditionOf(status.conditions, 'Progressing');
    if (condition?.reason === 'ProgressDeadlineExceeded') return false;
    const paused = deployment.spec?.['paused'] === true;
    if (paused === (condition?.reason === 'DeploymentPaused')) return false;
    const [reason, message] = paused
      ? (['DeploymentPaused', 'Deployment is paused'] as const)
      : (['DeploymentResumed', 'Deployment is resumed'] as const);
    const next = newCondition('Progressing', 'Unknown', reason, message, nowMs);
    const conditions = withCondition(status.conditions ?? [], next);
    writeStatus(api, resources.deployments, deployment, { ...status, conditions }, MANAGER);
    return true;
  }

  function roll(rollout: Rollout, deployment: KubeObject, sets: readonly KubeObject[]): void {
    const current = ensureCurrent(rollout, deployment, sets);
    if (current === undefined) return queue.add(keyOf(deployment));
    const old = sets.filter((set) => set.metadata.uid !== current.metadata.uid);
    const all = [current, ...old];
    const present: number = current.spec?.['replicas'] ?? 0;
    const wanted: number = deployment.spec?.['replicas'] ?? 1;
    const target = present > wanted ? wanted : replicasOfNew(deployment, all, present);
    if (target !== present && scaleTo(rollout, deployment, current, target)) return report(rollout, deployment);
    if (scaleDownOld(rollout, deployment, current, old)) return report(rollout, deployment);
    report(rollout, deployment);
    if (isAllThere(deployment)) forgetOld(rollout, deployment, old);
  }

  function recreate(rollout: Rollout, deployment: KubeObject, sets: readonly KubeObject[]): void {
    const present = findCurrent(deployment, sets);
    const old = sets.filter((set) => set !== present);
    const busy = old.filter((set) => (set.spec?.['replicas'] ?? 0) > 0);
    for (const set of busy) scaleTo(rollout, deployment, set, 0);
    if (busy.length > 0 || oldPodsRemain(old)) return report(rollout, deployment);
    const current = ensureCurrent(rollout, deployment, sets);
    if (current === undefined) return queue.add(keyOf(deployment));
    scaleTo(rollout, deployment, current, deployment.spec?.['replicas'] ?? 1);
    report(rollout, deployment);
    if (isAllThere(deployment)) forgetOld(rollout, deployment, old);
  }

  function oldPodsRemain(old: readonly KubeObject[]): boolean {
    const uids = new Set(old.map((set) => set.metadata.uid));
    const [first] = old;
    if (first === undefined) return false;
    return api
      .list(resources.pods, namespaceOf(first))
      .some((pod) => uids.has(controllerOf(pod)?.uid) && !isPodEnded(pod));
  }

  function scale(rollout: Rollout, deployment: KubeObject, sets: readonly KubeObject[]): void {
    const wanted: number = deployment.spec?.['replicas'] ?? 1;
    const active = sets.filter((set) => (set.spec?.['replicas'] ?? 0) > 0);
    const current = findCurrent(deployment, sets);
    const [only = current] = active;
    if (active.length <= 1) {
      if (only !== undefined) scaleTo(rollout, deployment, only, wanted);
      return;
    }
    // Several at once: in proportion to what each has, so that a rollout under way keeps its balance.
    const limit =
      wanted +
      Number(active[0]?.metadata.annotations?.[marks.maxReplicas] ?? wanted) -
      Number(active[0]?.metadata.annotations?.[marks.desiredReplicas] ?? wanted);
    const total = wantedReplicas(active);
    let left = limit - total;
    const bySize = [...active].sort((a, b) => (b.spec?.['replicas'] ?? 0) - (a.spec?.['replicas'] ?? 0));
    for (const [index, set] of bySize.entries()) {
      const share =
        index === bySize.length - 1 ? left : Math.trunc(((set.spec?.['replicas'] ?? 0) / total) * (limit - total));
      const step = left >= 0 ? Math.min(share, left) : Math.max(share, left);
      left -= step;
      scaleTo(rollout, deployment, set, Math.max(0, (set.spec?.['replicas'] ?? 0) + step));
    }
  }

  function isScaling(deployment: KubeObject, sets: readonly KubeObject[]): boolean {
    const wanted = String(deployment.spec?.['replicas'] ?? 1);
    return sets.some(
      (set) =>
        (set.spec?.['replicas'] ?? 0) > 0 &&
        set.metadata.annotations?.[marks.desiredReplicas] !== undefined &&
        set.metadata.annotations[marks.desiredReplicas] !== wanted,
    );
  }

  function reportOnly({ nowMs }: Rollout, { metadata }: KubeObject, _sets: readonly KubeObject[]): void {
    const deployment = api.get(resources.deployments, metadata.namespace, metadata.name ?? '');
    if (deployment === undefined) return;
    const sets = ownedBy(deployment);
    const status = countStatus(deployment, sets, findCurrent(deployment, sets), nowMs);
    writeStatus(api, resources.deployments, deployment, { ...status }, MANAGER);
  }

  function report({ nowMs }: Rollout, { metadata }: KubeObject): void {
    // Read again: the steps before have written annotations, conditions and ReplicaSets.
    const deployment = api.get(resources.deployments, metadata.namespace, metadata.name ?? '');
    if (deployment === undefined) return;
    const sets = ownedBy(deployment);
    const status = rolloutStatus(deployment, sets, findCurrent(deployment, sets), nowMs);
    writeStatus(api, resources.deployments, deployment, { ...status }, MANAGER);
    const waitMs = msUntilDeadline(deployment, status, nowMs);
    // Times have whole seconds, so the deadline is certain to be over only a second later.
    if (waitMs !== undefined) queue.addAfter(keyOf(deployment), waitMs > 0 ? waitMs + 1 : 1);
  }

  function isAllThere({ metadata }: KubeObject): boolean {
    const deployment = api.get(resources.deployments, metadata.namespace, metadata.name ?? '');
    const condition = conditionOf(deployment?.status?.['conditions'], 'Progressing');
    return condition === undefined || condition.reason === 'NewReplicaSetAvailable';
  }

  function ownedBy(deployment: KubeObject): KubeObject[] {
    return api
      .list(resources.replicaSets, namespaceOf(deployment))
      .filter((set) => controllerOf(set)?.uid === deployment.metadata.uid);
  }
};

/** Where to list what belongs with an object. */
function namespaceOf({ metadata }: KubeObject): { namespace?: string } {
  return metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
}
