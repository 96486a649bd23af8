import type { Fields, KubeObject } from '../kube-api.js';
import { formatIndexes, hasIndexLimit, isIndexed } from './job-indexes.js';
import type { Tally } from './job-tally.js';
import type { Verdict } from './job-verdict.js';
import { conditionOf, withoutZeros } from './status.js';
import type { Condition } from './status.js';

/** Says that the end is decided and the last pods are being removed, by how it ends. */
const INTERIM = { Complete: 'SuccessCriteriaMet', Failed: 'FailureTarget' } as const;

/** What a status is made of. */
export interface JobProgress {
  readonly tally: Tally;
  readonly startTime: string | undefined;
  readonly verdict: Verdict | undefined;
  /** Are all pods gone or ended? Only then the verdict is the Job's end. */
  readonly isSettled: boolean;
  readonly now: string;
}

/** The condition that says how a Job ended. */
export function endedCondition(job: KubeObject): Condition | undefined {
  const conditions: Condition[] = job.status?.['conditions'] ?? [];
  return conditions.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

/** The verdict that was passed on a Job whose last pods are being removed. */
export function passedVerdict(job: KubeObject): Verdict | undefined {
  for (const type of ['Complete', 'Failed'] as const) {
    const condition = conditionOf(job.status?.['conditions'], INTERIM[type]);
    if (condition?.status === 'True') {
      return { type, reason: condition.reason ?? '', message: condition.message ?? '' };
    }
  }
  return undefined;
}

/** `status` of a Job. */
export function jobStatus(job: KubeObject, { tally, startTime, verdict, isSettled, now }: JobProgress): Fields {
  const before: readonly Condition[] = job.status?.['conditions'] ?? [];
  const conditions = [...before.filter(({ type }) => type !== 'Suspended'), ...suspension(job, before, now)];
  if (verdict !== undefined) {
    const { type, ...why } = verdict;
    for (const one of [INTERIM[type], ...(isSettled ? [type] : [])]) {
      if (conditionOf(conditions, one) !== undefined) continue;
      conditions.push({ type: one, status: 'True', lastProbeTime: now, lastTransitionTime: now, ...why });
    }
  }
  const { active, terminating, succeeded, failed, ready } = tally;
  const counters = { active: active.length, terminating: terminating.length, succeeded, failed: failed.length, ready };
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(verdict?.type === 'Complete' && isSettled ? { completionTime: now } : {}),
    ...withoutZeros(counters),
    ...(isIndexed(job) && tally.doneIndexes.size > 0 ? { completedIndexes: formatIndexes(tally.doneIndexes) } : {}),
    ...(hasIndexLimit(job) ? { failedIndexes: formatIndexes(tally.failedIndexes) } : {}),
  };
}

/** Whether a Job was stopped or goes on again, for its events; `undefined` where neither is new. */
export function suspensionChange(job: KubeObject): 'Suspended' | 'Resumed' | undefined {
  const was = conditionOf(job.status?.['conditions'], 'Suspended')?.status === 'True';
  const is = job.spec?.['suspend'] === true;
  if (was === is) return undefined;
  return is ? 'Suspended' : 'Resumed';
}

function suspension(job: KubeObject, before: readonly Condition[], now: string): Condition[] {
  const old = conditionOf(before, 'Suspended');
  const change = suspensionChange(job);
  if (change === undefined) return old === undefined ? [] : [old];
  const times = { lastProbeTime: now, lastTransitionTime: now };
  return change === 'Suspended'
    ? [{ type: 'Suspended', status: 'True', ...times, reason: 'JobSuspended', message: 'Job suspended' }]
    : [{ type: 'Suspended', status: 'False', ...times, reason: 'JobResumed', message: 'Job resumed' }];
}
