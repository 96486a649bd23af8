import { hasCondition, withCondition } from './conditions.js';
import { listReplicas, podFor, REPLICA_TYPES, serviceFor, TYPE_LABEL } from './replicas.js';
import { findInvalid } from './validate.js';

const DEFAULT_BACKOFF_LIMIT = 3;

/**
 * What has to be done for a job, given its pods. Pure: the same input, the same answer.
 *
 * @param {any} job the TFJob
 * @param {any[]} pods the pods it owns
 * @param {number} nowMs
 * @returns {{ createServices: any[], createPods: any[], deletePods: any[], status: any }} `status` is the whole new one
 */
export function reconcile(job, pods, nowMs) {
  const before = job.status ?? {};
  if (isFinished(before)) {
    // What was still running is deleted again should the first try not have reached the server.
    const status = { ...before, replicaStatuses: countReplicas(job, pods) };
    return {
      createServices: [],
      createPods: [],
      deletePods: podsToClean(job, pods),
      status: keepFinalCounts(before, status),
    };
  }

  const time = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const verdict = judge(job, pods);
  const replicas = listReplicas(job);
  const status = {
    ...before,
    observedGeneration: job.metadata.generation,
    startTime: before.startTime ?? time,
    replicaStatuses: countReplicas(job, pods),
    conditions: conditionsAfter(before.conditions ?? [], job, pods, verdict, time),
    ...(verdict && { completionTime: time }),
  };
  if (verdict) return { createServices: [], createPods: [], deletePods: podsToClean(job, pods), status };

  const existing = new Set(pods.map(({ metadata }) => metadata.name));
  const wanted = new Set(replicas.map(({ name }) => name));
  return {
    createServices: hasCondition(before, 'Created') ? [] : [serviceFor(job)],
    createPods: replicas.filter(({ name }) => !existing.has(name)).map((replica) => podFor(job, replica)),
    deletePods: pods.filter((pod) => !wanted.has(pod.metadata.name) && !isTerminating(pod)), // the spec asks for fewer now
    status,
  };
}

export function isFinished(status) {
  return hasCondition(status, 'Succeeded') || hasCondition(status, 'Failed');
}

/** How it ended, or undefined while it has not. A chief that succeeded outweighs what befell the others. */
function judge(job, pods) {
  const invalid = findInvalid(job);
  if (invalid) return { type: 'Failed', reason: 'InvalidSpec', message: invalid };

  const specs = job.spec.replicaSpecs;
  const decisive = (specs.Chief?.replicas ?? (specs.Chief ? 1 : 0)) > 0 ? 'Chief' : 'Worker';
  const count = specs[decisive].replicas ?? 1;
  const succeeded = pods.filter((pod) => typeOf(pod) === decisive && pod.status?.phase === 'Succeeded');
  if (succeeded.length >= count) {
    const who = decisive === 'Chief' ? 'the chief' : `all ${count} workers`;
    return { type: 'Succeeded', reason: 'TFJobSucceeded', message: `${who} succeeded` };
  }
  return findFailure(job, pods);
}

function findFailure(job, pods) {
  const limit = job.spec.backoffLimit ?? DEFAULT_BACKOFF_LIMIT;
  for (const pod of pods) {
    const { name } = pod.metadata;
    // Deleted or evicted by someone else: whatever its last words are, a new pod takes its place.
    if (isTerminating(pod)) continue;
    if (pod.status?.phase === 'Failed') {
      return { type: 'Failed', reason: 'ReplicaFailed', message: `pod ${name} failed: ${whyFailed(pod)}` };
    }
    // With OnFailure it is the kubelet that restarts; the job has a say in how often.
    const restarts = restartsOf(pod);
    if (restarts > limit) {
      const message = `pod ${name} was restarted ${restarts} times, the limit is ${limit}: ${whyFailed(pod)}`;
      return { type: 'Failed', reason: 'BackoffLimitExceeded', message };
    }
  }
  return undefined;
}

function whyFailed({ status }) {
  for (const { name, state, lastState } of status?.containerStatuses ?? []) {
    const terminated = state?.terminated ?? lastState?.terminated;
    if (terminated && terminated.exitCode !== 0) {
      const { exitCode, reason } = terminated;
      return `container ${name} exited with ${exitCode}${reason ? ` (${reason})` : ''}`;
    }
  }
  return status?.message || status?.reason || 'no reason given';
}

function conditionsAfter(before, job, pods, verdict, time) {
  const { name } = job.metadata;
  let conditions = before;
  if (!conditions.some(({ type }) => type === 'Created')) {
    conditions = withCondition(
      conditions,
      { type: 'Created', status: 'True', reason: 'TFJobCreated', message: `TFJob ${name} was seen` },
      time,
    );
  }
  if (verdict) {
    if (conditions.some(({ type }) => type === 'Running')) {
      conditions = withCondition(conditions, { ...verdict, type: 'Running', status: 'False' }, time);
    }
    return withCondition(conditions, { ...verdict, status: 'True' }, time);
  }
  const replicas = listReplicas(job);
  const up = pods.filter(({ status }) => status?.phase === 'Running' || status?.phase === 'Succeeded').length;
  if (up >= replicas.length) {
    return withCondition(
      conditions,
      { type: 'Running', status: 'True', reason: 'TFJobRunning', message: `all ${replicas.length} replicas started` },
      time,
    );
  }
  if (!conditions.some(({ type }) => type === 'Running')) return conditions;
  return withCondition(
    conditions,
    {
      type: 'Running',
      status: 'False',
      reason: 'ReplicasMissing',
      message: `${up} of ${replicas.length} replicas run`,
    },
    time,
  );
}

/** `{ Chief: { active, succeeded, failed, restarts }, … }` of the types in the spec. */
function countReplicas(job, pods) {
  const counts = {};
  for (const type of REPLICA_TYPES) {
    if (!job.spec?.replicaSpecs?.[type]) continue;
    const own = pods.filter((pod) => typeOf(pod) === type);
    const inPhase = (...phases) => own.filter(({ status }) => phases.includes(status?.phase)).length;
    counts[type] = {
      active: inPhase('Pending', 'Running'),
      succeeded: inPhase('Succeeded'),
      failed: inPhase('Failed'),
      restarts: own.reduce((sum, pod) => sum + restartsOf(pod), 0),
    };
  }
  return counts;
}

// After the end only `active` goes on changing: the pods that are cleaned away were neither successes nor failures.
function keepFinalCounts(before, after) {
  const replicaStatuses = {};
  for (const [type, counts] of Object.entries(before.replicaStatuses ?? {})) {
    replicaStatuses[type] = { ...counts, active: after.replicaStatuses[type]?.active ?? 0 };
  }
  return { ...after, replicaStatuses };
}

/** Pods that have to go when the job has ended, by `spec.cleanPodPolicy`. */
function podsToClean(job, pods) {
  const policy = job.spec?.cleanPodPolicy ?? 'Running';
  if (policy === 'None') return [];
  const here = pods.filter((pod) => !isTerminating(pod));
  return policy === 'All'
    ? here
    : here.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
}

function typeOf(pod) {
  const label = pod.metadata.labels?.[TYPE_LABEL];
  return REPLICA_TYPES.find((type) => type.toLowerCase() === label);
}

function restartsOf({ status }) {
  return (status?.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
}

function isTerminating({ metadata }) {
  return metadata.deletionTimestamp !== undefined;
}
