import { isApiError } from '../kube-api.js';
import type { Fields, KubeObject } from '../kube-api.js';
import type { Controller } from './context.js';
import { parseSchedule } from './cron-schedule.js';
import { createEventRecorder } from './events.js';
import { endedCondition } from './job-status.js';
import { formatTime, parseTime } from './kube-time.js';
import { keyOf, splitKey } from './object-key.js';
import { controllerKey, controllerOf, controllerReference } from './ownership.js';
import { resources } from './resources.js';
import { writeStatus } from './status.js';
import { createZone } from './time-zone.js';
import { createWorkQueue } from './work-queue.js';

const MANAGER = 'kube-controller-manager';
const MINUTE_MS = 60_000;

/**
 * Makes the Jobs of CronJobs when they are due by the clocks of their time zone, and keeps their history short.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
export const startCronJobController: Controller = ({ api, clock, newId, logger }) => {
  const record = createEventRecorder({ api, clock, newId, component: 'cronjob-controller' });
  const queue = createWorkQueue({ name: 'cronjob', clock, logger, sync });
  const stops = [
    api.watch(resources.cronJobs, ({ type, object }) => {
      if (type !== 'DELETED') queue.add(keyOf(object));
    }),
    api.watch(resources.jobs, ({ object }) => {
      const owner = controllerKey(object, 'CronJob');
      if (owner !== undefined) queue.add(owner);
    }),
  ];
  return () => {
    queue.stop();
    for (const stop of stops) stop();
  };

  function sync(key: string): void {
    const { namespace, name } = splitKey(key);
    const cron = api.get(resources.cronJobs, namespace, name);
    if (cron === undefined || cron.metadata.deletionTimestamp !== undefined) return;
    const schedule = parseSchedule(String(cron.spec?.['schedule'] ?? ''), cron.spec?.['timeZone']);
    const jobs = api
      .list(resources.jobs, namespace === undefined ? {} : { namespace })
      .filter((job) => controllerOf(job)?.uid === cron.metadata.uid);
    const now = clock.now();
    let status: Fields = { ...cron.status, ...activeOf(jobs) };
    if (schedule !== undefined && cron.spec?.['suspend'] !== true) {
      const last = parseTime(cron.status?.['lastScheduleTime'] ?? cron.metadata.creationTimestamp) ?? now;
      let due = schedule.next(last);
      // Of several missed times the latest counts.
      for (let later = due; later !== undefined && later <= now; later = schedule.next(later)) due = later;
      const missed = due !== undefined && due <= now ? due : undefined;
      if (missed !== undefined && begin(cron, jobs, missed))
        status = { ...status, lastScheduleTime: formatTime(missed) };
      const next = missed === undefined ? due : schedule.next(now);
      if (next !== undefined) queue.addAfter(key, next - now);
    }
    tellEnds(cron, jobs);
    forget(cron, jobs);
    writeStatus(api, resources.cronJobs, cron, status, MANAGER);
  }

  function tellEnds(cron: KubeObject, jobs: readonly KubeObject[]): void {
    for (const { uid } of (cron.status?.['active'] ?? []) as Fields[]) {
      const job = jobs.find(({ metadata }) => metadata.uid === uid);
      const condition = job === undefined ? undefined : endedCondition(job)?.type;
      if (job === undefined || condition === undefined) continue;
      const message = `Saw completed job: ${job.metadata.name}, condition: ${condition}`;
      record(cron, { reason: 'SawCompletedJob', message });
    }
  }

  function activeOf(jobs: readonly KubeObject[]): Fields {
    const active = jobs
      .filter((job) => endedCondition(job) === undefined)
      .map(({ apiVersion, kind, metadata: { namespace, name, uid, resourceVersion } }) => ({
        kind,
        namespace,
        name,
        uid,
        apiVersion,
        resourceVersion,
      }));
    const times = jobs.map((job) => parseTime(job.status?.['completionTime']) ?? 0);
    const last = Math.max(0, ...times);
    return {
      active: active.length === 0 ? undefined : active,
      ...(last === 0 ? {} : { lastSuccessfulTime: formatTime(last) }),
    };
  }

  /** True when the Job of this time was made, now or before. */
  function begin(cron: KubeObject, jobs: readonly KubeObject[], dueMs: number): boolean {
    const { concurrencyPolicy, jobTemplate = {}, startingDeadlineSeconds, timeZone = 'UTC' } = cron.spec ?? {};
    if (startingDeadlineSeconds !== undefined && clock.now() - dueMs > startingDeadlineSeconds * 1_000) {
      record(cron, {
        type: 'Warning',
        reason: 'MissSchedule',
        message: `Missed scheduled time to start a job: ${formatTime(dueMs)}`,
      });
      return false;
    }
    const active = jobs.filter((job) => endedCondition(job) === undefined);
    if (concurrencyPolicy === 'Forbid' && active.length > 0) {
      // It is tried again when that one has ended.
      const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
      record(cron, { reason: 'JobAlreadyActive', message });
      return false;
    }
    if (concurrencyPolicy === 'Replace') for (const job of active) remove(cron, job);
    const name = `${cron.metadata.name}-${Math.floor(dueMs / MINUTE_MS)}`;
    try {
      api.create(
        resources.jobs,
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: {
            ...structuredClone(jobTemplate.metadata ?? {}),
            name,
            ...(cron.metadata.namespace === undefined ? {} : { namespace: cron.metadata.namespace }),
            annotations: {
              ...jobTemplate.metadata?.annotations,
              'batch.kubernetes.io/cronjob-scheduled-timestamp': createZone(timeZone).format(dueMs),
            },
            ownerReferences: [controllerReference(cron)],
          },
          spec: structuredClone(jobTemplate.spec),
        },
        { manager: MANAGER },
      );
    } catch (error) {
      if (isApiError(error) && error.reason === 'AlreadyExists') return true;
      throw error;
    }
    record(cron, { reason: 'SuccessfulCreate', message: `Created job ${name}` });
    return true;
  }

  function forget(cron: KubeObject, jobs: readonly KubeObject[]): void {
    const { successfulJobsHistoryLimit = 3, failedJobsHistoryLimit = 1 } = cron.spec ?? {};
    for (const [type, limit] of [
      ['Complete', successfulJobsHistoryLimit],
      ['Failed', failedJobsHistoryLimit],
    ] as const) {
      const ended = jobs
        .filter((job) => endedCondition(job)?.type === type)
        .sort((a, b) => String(a.metadata.creationTimestamp).localeCompare(String(b.metadata.creationTimestamp)));
      for (const job of ended.slice(0, Math.max(0, ended.length - limit))) remove(cron, job);
    }
  }

  function remove(cron: KubeObject, { metadata }: KubeObject): void {
    try {
      api.delete(resources.jobs, metadata.namespace, metadata.name ?? '', { propagationPolicy: 'Background' });
    } catch (error) {
      if (!isApiError(error, 404)) throw error; // gone already
      return;
    }
    record(cron, { reason: 'SuccessfulDelete', message: `Deleted job ${metadata.name}` });
  }
};
