import type { KubeObject } from './kube-object.js';
import { at, conditionOf, listAt, numberAt, textAt } from './kube-object.js';

/** Whether an object does what it was made for. */
export interface Readiness {
  /** `failed` is for good: waiting longer cannot help. */
  readonly state: 'ready' | 'progressing' | 'failed';
  /** In a line: why it is not ready. `''` when it is. */
  readonly why: string;
}

const READY: Readiness = { state: 'ready', why: '' };
const progressing = (why: string): Readiness => ({ state: 'progressing', why });
const failed = (why: string): Readiness => ({ state: 'failed', why });

/** Why a custom resource is not ready that tells nothing about itself. */
export const NO_CONDITION = 'it has no condition Ready or Available';

/** Judges an object whose status is of its own generation. */
type Judge = (object: KubeObject) => Readiness;

const JUDGES: Readonly<Record<string, Judge>> = {
  'apps/Deployment': deployment,
  'apps/ReplicaSet': (object) =>
    replicaFailure(object) ??
    atLeast(numberAt(object, 'status', 'readyReplicas'), replicasOf(object), 'replicas ready'),
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'batch/Job': job,
  '/Pod': pod,
  '/PersistentVolumeClaim': (object) => {
    const phase = textAt(object, 'status', 'phase') || 'Pending';
    if (phase === 'Bound') return READY;
    return phase === 'Lost' ? failed('lost its volume') : progressing(`not bound: phase ${phase}`);
  },
  '/Namespace': (object) => {
    const phase = textAt(object, 'status', 'phase');
    return phase === 'Active' ? READY : progressing(`phase ${phase || 'not set yet'}`);
  },
  '/Service': (object) => {
    const isBalancer = textAt(object, 'spec', 'type') === 'LoadBalancer';
    if (!isBalancer || listAt(object, 'status', 'loadBalancer', 'ingress').length > 0) return READY;
    return progressing('its load balancer has no address yet');
  },
  'apiextensions.k8s.io/CustomResourceDefinition': (object) => {
    const names = conditionOf(object, 'NamesAccepted');
    if (at(names, 'status') === 'False') return failed(`its names are not accepted${reasonOf(names)}`);
    return byCondition(object, 'Established', 'is not established');
  },
  'apiregistration.k8s.io/APIService': (object) => byCondition(object, 'Available', 'is not available'),
  '/Node': (object) => byCondition(object, 'Ready', 'is not ready'),
};

/** Kinds that have nothing to get ready with, and are as soon as they are there. */
const PLAIN = new Set([
  '',
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'policy',
]);

/**
 * Whether an object is ready, by the rules of its kind: those of `kubectl rollout status` for workloads, `Complete` for a
 * Job, `Bound` for a claim, `Established` for a definition. Any other kind is ready with its condition `Ready`, or
 * `Available`, and has failed with `Stalled`.
 *
 * A status that is missing, null, or of an older generation is "not yet".
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus
 */
export function readinessOf(object: KubeObject): Readiness {
  if (object.metadata.deletionTimestamp !== undefined) return progressing('it is being deleted');
  const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] as string) : '';
  const generation = object.metadata.generation ?? 0;
  const observed = at(object, 'status', 'observedGeneration');
  if (typeof observed === 'number' && observed < generation) {
    return progressing(`its controller has seen generation ${observed} of ${generation}`);
  }
  const judge = JUDGES[`${group}/${object.kind}`];
  if (judge !== undefined) return judge(object);
  return PLAIN.has(group) ? READY : customResource(object);
}

function deployment(object: KubeObject): Readiness {
  const stalled = conditionOf(object, 'Progressing');
  const broken = replicaFailure(object);
  const unavailable = conditionOf(object, 'Available');
  const status = (field: string): number => numberAt(object, 'status', field);
  const wanted = replicasOf(object);
  const why = [broken?.why, at(unavailable, 'status') === 'False' ? reasonOf(unavailable).slice(2) : undefined];
  const availableText = `${status('availableReplicas')} of ${wanted} replicas available`;
  const more = why.filter((one) => one !== undefined && one !== '').map((one) => `; ${one}`);
  if (textAt(stalled, 'reason') === 'ProgressDeadlineExceeded') {
    return failed(`${availableText}${reasonOf(stalled, '; ')}${more.join('')}`);
  }
  if (at(object, 'status', 'observedGeneration') === undefined && object.metadata.generation !== undefined) {
    return progressing(`${availableText}; its controller has not seen it yet`);
  }
  if (status('updatedReplicas') < wanted || status('availableReplicas') < wanted) {
    const isOld = status('availableReplicas') >= wanted;
    const count = isOld ? `${status('updatedReplicas')} of ${wanted} replicas up to date` : availableText;
    return progressing(`${count}${more.join('')}`);
  }
  const old = status('replicas') - status('updatedReplicas');
  return old > 0 ? progressing(`${old} old replicas are still there`) : READY;
}

function statefulSet(object: KubeObject): Readiness {
  const status = (field: string): number => numberAt(object, 'status', field);
  const wanted = replicasOf(object);
  const unseen = at(object, 'status', 'observedGeneration') === undefined && object.metadata.generation !== undefined;
  if (status('readyReplicas') < wanted || unseen)
    return progressing(`${status('readyReplicas')} of ${wanted} replicas ready`);
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return READY;
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  const toUpdate = Math.max(0, wanted - partition);
  if (status('updatedReplicas') >= toUpdate) return READY;
  return progressing(`${status('updatedReplicas')} of ${toUpdate} replicas up to date`);
}

function daemonSet(object: KubeObject): Readiness {
  const status = (field: string): number => numberAt(object, 'status', field);
  const desired = at(object, 'status', 'desiredNumberScheduled');
  if (typeof desired !== 'number') return progressing('0 of ? pods ready');
  if (textAt(object, 'spec', 'updateStrategy', 'type') !== 'OnDelete' && status('updatedNumberScheduled') < desired) {
    return progressing(`${status('updatedNumberScheduled')} of ${desired} pods up to date`);
  }
  return atLeast(Math.min(status('numberReady'), status('numberAvailable')), desired, 'pods ready');
}

function job(object: KubeObject): Readiness {
  const bad = conditionOf(object, 'Failed');
  if (at(bad, 'status') === 'True') return failed(`failed${reasonOf(bad)}`);
  if (at(conditionOf(object, 'Complete'), 'status') === 'True') return READY;
  const wanted = Number(at(object, 'spec', 'completions') ?? 1);
  const tries = numberAt(object, 'status', 'failed');
  return progressing(
    `${numberAt(object, 'status', 'succeeded')} of ${wanted} completions${tries === 0 ? '' : `, ${tries} failed pods`}`,
  );
}

function pod(object: KubeObject): Readiness {
  const phase = textAt(object, 'status', 'phase') || 'Pending';
  if (phase === 'Succeeded') return READY;
  const ready = conditionOf(object, 'Ready');
  if (phase === 'Running' && at(ready, 'status') === 'True') return READY;
  const said = [textAt(object, 'status', 'reason'), textAt(object, 'status', 'message')].filter(Boolean).join(': ');
  const text = `phase ${phase}${said === '' ? reasonOf(ready) : `; ${said}`}`;
  return phase === 'Failed' ? failed(text) : progressing(text);
}

function customResource(object: KubeObject): Readiness {
  const stalled = conditionOf(object, 'Stalled');
  if (at(stalled, 'status') === 'True') return failed(`stalled${reasonOf(stalled)}`);
  for (const type of ['Ready', 'Available']) {
    const condition = conditionOf(object, type);
    if (condition === undefined) continue;
    return at(condition, 'status') === 'True'
      ? READY
      : progressing(`${type} is ${textAt(condition, 'status')}${reasonOf(condition)}`);
  }
  return progressing(NO_CONDITION);
}

function byCondition(object: KubeObject, type: string, otherwise: string): Readiness {
  const condition = conditionOf(object, type);
  return at(condition, 'status') === 'True' ? READY : progressing(`${otherwise}${reasonOf(condition)}`);
}

function replicaFailure(object: KubeObject): Readiness | undefined {
  const failure = conditionOf(object, 'ReplicaFailure');
  return at(failure, 'status') === 'True' ? progressing(`cannot create pods${reasonOf(failure)}`) : undefined;
}

function atLeast(count: number, wanted: number, what: string): Readiness {
  return count >= wanted ? READY : progressing(`${count} of ${wanted} ${what}`);
}

function replicasOf(object: KubeObject): number {
  return Number(at(object, 'spec', 'replicas') ?? 1);
}

/** `: REASON: MESSAGE` of a condition, as far as it has them. */
function reasonOf(condition: unknown, before = ': '): string {
  const text = [textAt(condition, 'reason'), textAt(condition, 'message')].filter(Boolean).join(': ');
  return text === '' ? '' : `${before}${text}`;
}
