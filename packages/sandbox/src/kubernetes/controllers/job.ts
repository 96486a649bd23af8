import { isApiError } from '../kube-api.js';
import type { KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { createEventRecorder } from './events.js';
import { createJobHistory } from './job-history.js';
import type { JobHistory } from './job-history.js';
import { hasIndexLimit, indexed, indexesOf, indexOf, isIndexed } from './job-indexes.js';
import { endedCondition, jobStatus, passedVerdict, suspensionChange } from './job-status.js';
import { failuresOf, replacesFailedOnly, retryAtMs, tallyPods } from './job-tally.js';
import type { JobPods, Tally } from './job-tally.js';
import { judge } from './job-verdict.js';
import type { Verdict } from './job-verdict.js';
import { formatTime, parseTime } from './kube-time.js';
import { keyOf, splitKey } from './object-key.js';
import { claim, controllerKey } from './ownership.js';
import { createPodWithEvents, deletePod } from './pod-control.js';
import { resources } from './resources.js';
import { writeStatus } from './status.js';
import type { Condition } from './status.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const CONTROLLER = 'kubernetes.io/job-controller';

/**
 * Runs Jobs to their completions or their failure: parallelism, indexes with limits of their own, back-off limit, failure
 * and success policies, deadline, suspension, and deletion some time after the end.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/
 */
export const startJobController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'job-controller' });
  const queue = createWorkQueue({ name: 'job', clock, logger, sync });
  const history = createJobHistory();
  const stops = [
    api.watch(resources.jobs, ({ type, object }) => {
      if (type === 'DELETED') history.forget(object);
      else queue.add(keyOf(object));
    }),
    api.watch(resources.pods, ({ type, object }) => {
      if (type === 'DELETED') history.remember(object);
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
    if ((job.spec?.['managedBy'] ?? CONTROLLER) !== CONTROLLER) return;
    const ended = endedCondition(job);
    if (ended !== undefined) return expire(key, job, ended);
    const pods = podsOf(job);
    const suspended = job.spec?.['suspend'] === true;
    const startTime: string | undefined = suspended
      ? undefined
      : (job.status?.['startTime'] ?? formatTime(clock.now()));
    const tally = tallyPods(job, pods);
    const verdict = passedVerdict(job) ?? judge(job, pods.present, tally) ?? deadline(key, job, startTime);
    if (verdict === undefined) manage(key, job, pods, suspended);
    else for (const pod of tally.active) stop(job, pod, history.condemn);
    report(job, startTime, verdict);
  }

  function stop(job: KubeObject, pod: KubeObject, note: JobHistory['release']): void {
    note(job, pod);
    deletePod(api, record, job, pod);
  }

  function podsOf(job: KubeObject): JobPods {
    return history.of(job, claim(api, resources.pods, job, MANAGER));
  }

  function deadline(key: string, job: KubeObject, startTime: string | undefined): Verdict | undefined {
    const seconds: number | undefined = job.spec?.['activeDeadlineSeconds'];
    if (seconds === undefined || startTime === undefined) return undefined;
    const leftMs = (parseTime(startTime) ?? 0) + seconds * 1_000 - clock.now();
    if (leftMs > 0) {
      queue.addAfter(key, leftMs);
      return undefined;
    }
    return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }

  function manage(key: string, job: KubeObject, pods: JobPods, suspended: boolean): void {
    const { completions, parallelism = 1 } = job.spec ?? {};
    const tally = tallyPods(job, pods);
    const { active, succeeded, failedIndexes } = tally;
    const left =
      completions === undefined
        ? succeeded > 0
          ? active.length
          : parallelism
        : completions - succeeded - failedIndexes.size;
    const wanted = suspended ? 0 : Math.min(parallelism, left);
    for (const pod of active.slice(wanted)) stop(job, pod, history.release);
    const held = replacesFailedOnly(job) ? tally.terminating : [];
    const missing = wanted - active.length - held.length;
    if (missing <= 0) return;
    if (isIndexed(job)) return createIndexed(key, job, pods, missing);
    const waitMs = retryAtMs([...pods.present, ...pods.gone]) - clock.now();
    if (waitMs > 0) return queue.addAfter(key, waitMs);
    for (let count = 0; count < missing; count += 1) createPodWithEvents(api, record, job);
  }

  function createIndexed(key: string, job: KubeObject, pods: JobPods, missing: number): void {
    const tally = tallyPods(job, pods);
    const all = [...pods.present, ...pods.gone];
    const waitMs = (index: number): number =>
      retryAtMs(hasIndexLimit(job) ? all.filter((pod) => indexOf(pod) === index) : all) - clock.now();
    const free = freeIndexes(job, tally).map((index) => ({ index, waitMs: waitMs(index) }));
    const due = free.filter((one) => one.waitMs <= 0).slice(0, missing);
    for (const { index } of due) {
      createPodWithEvents(api, record, job, indexed(job, index, failuresOf(tally.failed, index)));
    }
    const waits = free.map((one) => one.waitMs).filter((ms) => ms > 0);
    if (due.length < missing && waits.length > 0) queue.addAfter(key, Math.min(...waits));
  }

  function report(job: KubeObject, startTime: string | undefined, verdict: Verdict | undefined): void {
    const latest = api.get(resources.jobs, job.metadata.namespace, job.metadata.name ?? '');
    if (latest === undefined) return;
    const tally = tallyPods(latest, podsOf(latest));
    const isSettled = tally.active.length + tally.terminating.length === 0;
    const change = suspensionChange(latest);
    const status = jobStatus(latest, { tally, startTime, verdict, isSettled, now: formatTime(clock.now()) });
    writeStatus(api, resources.jobs, latest, status, MANAGER);
    if (change !== undefined) record(latest, { reason: change, message: `Job ${change.toLowerCase()}` });
    if (verdict === undefined || !isSettled) return;
    if (verdict.type === 'Complete') return record(latest, { reason: 'Completed', message: 'Job completed' });
    record(latest, { type: 'Warning', reason: verdict.reason, message: verdict.message });
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

/** Indexes that have neither succeeded nor failed for good, and no pod at present. */
function freeIndexes(job: KubeObject, { active, terminating, doneIndexes, failedIndexes }: Tally): number[] {
  const busy = new Set([...active, ...(replacesFailedOnly(job) ? terminating : [])].map(indexOf));
  return indexesOf(job).filter((index) => !doneIndexes.has(index) && !failedIndexes.has(index) && !busy.has(index));
}
