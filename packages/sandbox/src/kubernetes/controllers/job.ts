import { isApiError } from '../kube-api.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { createEventRecorder } from './events.js';
import { formatTime, parseTime } from './kube-time.js';
import { keyOf, splitKey } from './object-key.js';
import { claim, controllerKey } from './ownership.js';
import { createPodWithEvents, deletePod } from './pod-control.js';
import { isPodActive, isPodReady } from './pod-state.js';
import { resources } from './resources.js';
import { conditionOf, writeStatus } from './status.js';
import type { Condition } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 600_000;
const INDEX = 'batch.kubernetes.io/job-completion-index';

interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason?: string;
  readonly message?: string;
}

/**
 * Runs Jobs to their completions or their failure: parallelism, indexes, back-off limit, deadline, suspension, and
 * deletion some time after the end.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export const startJobController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'job-controller' });
  const queue = createWorkQueue({ name: 'job', clock, logger, sync });
  const stops = [
    api.watch(resources.jobs, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch(resources.pods, ({ object }) => {
      const owner = controllerKey(object, 'Job');
      if (owner !== undefined) queue.add(owner);
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const job = api.get(resources.jobs, namespace, name);
    if (job === undefined || job.metadata.deletionTimestamp !== undefined) return;
    const ended = endedCondition(job);
    if (ended !== undefined) return expire(key, job, ended);
    const pods = claim(api, resources.pods, job, MANAGER);
    const suspended = job.spec?.['suspend'] === true;
    const startTime: string | undefined = suspended
      ? undefined
      : (job.status?.['startTime'] ?? formatTime(clock.now()));
    const verdict = judge(key, job, pods, startTime);
    if (verdict === undefined) manage(key, job, pods, suspended);
    else for (const pod of pods.filter(isPodActive)) deletePod(api, record, job, pod);
    report(job, startTime, verdict);
  }

  /** The end of the job, if it has come. */
  function judge(
    key: string,
    job: KubeObject,
    pods: readonly KubeObject[],
    startTime: string | undefined,
  ): Verdict | undefined {
    const { backoffLimit = 6, activeDeadlineSeconds, completions, template } = job.spec ?? {};
    const { succeeded, failed, active } = countsOf(pods);
    const inPlace = template?.spec?.restartPolicy === 'OnFailure' ? restartsOf(pods) : 0;
    // A pod that restarts in place has failed each time; at the limit the next failure is one too many.
    if (failed > backoffLimit || (inPlace > 0 && inPlace >= Math.max(1, backoffLimit))) {
      return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
    }
    if (activeDeadlineSeconds !== undefined && startTime !== undefined) {
      const leftMs = (parseTime(startTime) ?? 0) + activeDeadlineSeconds * 1_000 - clock.now();
      if (leftMs <= 0) {
        return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
      }
      queue.addAfter(key, leftMs);
    }
    const done =
      completions === undefined
        ? succeeded > 0 && active === 0
        : isIndexed(job)
          ? doneIndexes(pods).size >= completions
          : succeeded >= completions;
    return done ? { type: 'Complete' } : undefined;
  }

  function manage(key: string, job: KubeObject, pods: readonly KubeObject[], suspended: boolean): void {
    const { completions, parallelism = 1 } = job.spec ?? {};
    const active = pods.filter(isPodActive);
    const { succeeded } = countsOf(pods);
    const left = completions === undefined ? (succeeded > 0 ? active.length : parallelism) : completions - succeeded;
    const wanted = suspended ? 0 : Math.min(parallelism, left);
    for (const pod of active.slice(wanted)) deletePod(api, record, job, pod);
    if (active.length >= wanted) return;
    const waitMs = backoffMs(pods);
    if (waitMs > 0) return queue.addAfter(key, waitMs);
    const free = isIndexed(job) ? freeIndexes(job, pods) : [];
    for (let missing = wanted - active.length; missing > 0; missing -= 1) {
      const index = free.shift();
      createPodWithEvents(api, record, job, index === undefined ? {} : indexed(job, index));
    }
  }

  /** How long to wait for the next pod: nothing after the first failure in a row, then 10 s, 20 s, 40 s, … */
  function backoffMs(pods: readonly KubeObject[]): number {
    const ends = pods
      .filter(({ status }) => status?.['phase'] === 'Failed' || status?.['phase'] === 'Succeeded')
      .sort((a, b) => endOf(b) - endOf(a));
    const lastSuccess = ends.findIndex(({ status }) => status?.['phase'] === 'Succeeded');
    const streak = lastSuccess < 0 ? ends.length : lastSuccess;
    const [latest] = ends;
    if (streak < 2 || latest === undefined) return 0;
    return endOf(latest) + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (streak - 2)) - clock.now();
  }

  function report(job: KubeObject, startTime: string | undefined, verdict: Verdict | undefined): void {
    const latest = api.get(resources.jobs, job.metadata.namespace, job.metadata.name ?? '');
    if (latest === undefined) return;
    const pods = claim(api, resources.pods, latest, MANAGER);
    const { succeeded, failed, active, ready } = countsOf(pods);
    const now = formatTime(clock.now());
    const killed = verdict?.type === 'Failed' ? pods.filter(({ metadata }) => metadata.deletionTimestamp).length : 0;
    const before: Condition[] = latest.status?.['conditions'] ?? [];
    const conditions = [...before.filter(({ type }) => type !== 'Suspended'), ...suspension(latest, before, now)];
    if (verdict !== undefined) {
      const times = { lastProbeTime: now, lastTransitionTime: now };
      const { type, ...why } = verdict;
      conditions.push({ type, status: 'True', ...times, ...why });
    }
    const status: Fields = {
      ...(conditions.length === 0 ? {} : { conditions }),
      ...(startTime === undefined ? {} : { startTime }),
      ...(verdict?.type === 'Complete' ? { completionTime: now } : {}),
      ...(active === 0 || verdict !== undefined ? {} : { active }),
      ...(succeeded === 0 ? {} : { succeeded }),
      ...(failed + killed === 0 ? {} : { failed: failed + killed }),
      ...(ready === 0 || verdict !== undefined ? {} : { ready }),
      ...(isIndexed(latest) ? { completedIndexes: ranges([...doneIndexes(pods)]) } : {}),
    };
    writeStatus(api, resources.jobs, latest, status, MANAGER);
    if (verdict === undefined) return;
    if (verdict.type === 'Complete') return record(latest, { reason: 'Completed', message: 'Job completed' });
    record(latest, { type: 'Warning', reason: verdict.reason ?? '', message: verdict.message ?? '' });
  }

  function suspension(job: KubeObject, before: readonly Condition[], now: string): Condition[] {
    const old = conditionOf(before, 'Suspended');
    const suspended = job.spec?.['suspend'] === true;
    if (old === undefined && !suspended) return [];
    if (old !== undefined && (old.status === 'True') === suspended) return [old];
    const times = { lastProbeTime: now, lastTransitionTime: now };
    return suspended
      ? [{ type: 'Suspended', status: 'True', ...times, reason: 'JobSuspended', message: 'Job suspended' }]
      : [{ type: 'Suspended', status: 'False', ...times, reason: 'JobResumed', message: 'Job resumed' }];
  }

  function expire(key: string, job: KubeObject, ended: Condition): void {
    const ttl: number | undefined = job.spec?.['ttlSecondsAfterFinished'];
    if (ttl === undefined) return;
    const since = parseTime(job.status?.['completionTime'] ?? ended.lastTransitionTime) ?? clock.now();
    const leftMs = since + ttl * 1_000 - clock.now();
    if (leftMs > 0) return queue.addAfter(key, leftMs);
    try {
      api.delete(resources.jobs, job.metadata.namespace, job.metadata.name ?? '', { propagationPolicy: 'Foreground' });
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // gone already
    }
  }
};

/** The condition that says how a Job ended. */
export function endedCondition(job: KubeObject): Condition | undefined {
  const conditions: Condition[] = job.status?.['conditions'] ?? [];
  return conditions.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

function countsOf(pods: readonly KubeObject[]): { succeeded: number; failed: number; active: number; ready: number } {
  const phase = (wanted: string): number => pods.filter(({ status }) => status?.['phase'] === wanted).length;
  const active = pods.filter(isPodActive);
  return {
    succeeded: phase('Succeeded'),
    failed: phase('Failed'),
    active: active.length,
    ready: active.filter(isPodReady).length,
  };
}

function restartsOf(pods: readonly KubeObject[]): number {
  return pods
    .filter(({ status }) => status?.['phase'] === 'Running' || status?.['phase'] === 'Pending')
    .flatMap(({ status }) => [...(status?.['containerStatuses'] ?? []), ...(status?.['initContainerStatuses'] ?? [])])
    .reduce((sum: number, { restartCount = 0 }: Fields) => sum + restartCount, 0);
}

function endOf({ status, metadata }: KubeObject): number {
  const ends = ((status?.['containerStatuses'] ?? []) as Fields[]).map(
    ({ state }) => parseTime(state?.terminated?.finishedAt) ?? 0,
  );
  return Math.max(0, ...ends) || (parseTime(metadata.creationTimestamp) ?? 0);
}

const isIndexed = (job: KubeObject): boolean => job.spec?.['completionMode'] === 'Indexed';
const indexOf = (pod: KubeObject): number => Number(pod.metadata.annotations?.[INDEX] ?? -1);

function doneIndexes(pods: readonly KubeObject[]): Set<number> {
  return new Set(pods.filter(({ status }) => status?.['phase'] === 'Succeeded').map(indexOf));
}

function freeIndexes(job: KubeObject, pods: readonly KubeObject[]): number[] {
  const done = doneIndexes(pods);
  const busy = new Set(pods.filter(isPodActive).map(indexOf));
  const all = Array.from({ length: Number(job.spec?.['completions'] ?? 0) }, (_, index) => index);
  return all.filter((index) => !done.has(index) && !busy.has(index));
}

function indexed(job: KubeObject, index: number): Parameters<typeof createPodWithEvents>[3] {
  const field = { fieldRef: { apiVersion: 'v1', fieldPath: `metadata.annotations['${INDEX}']` } };
  return {
    annotations: { [INDEX]: String(index) },
    labels: { [INDEX]: String(index) },
    edit(spec) {
      spec['hostname'] ??= `${job.metadata.name}-${index}`;
      for (const container of [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])] as Fields[]) {
        container['env'] = [...(container['env'] ?? []), { name: 'JOB_COMPLETION_INDEX', valueFrom: field }];
      }
    },
  };
}

/** `0-2,5` of 0, 1, 2, 5. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
