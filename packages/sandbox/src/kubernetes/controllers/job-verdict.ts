import type { Fields, KubeObject } from '../kube-api.js';
import { isIndexed, parseIndexes } from './job-indexes.js';
import { restartsOf } from './job-tally.js';
import type { Tally } from './job-tally.js';

/** How a Job ends. */
export interface Verdict {
  readonly type: 'Complete' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

/**
 * The end of a Job, if it has come, but for its deadline.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
 */
export function judge(job: KubeObject, pods: readonly KubeObject[], tally: Tally): Verdict | undefined {
  return failure(job, pods, tally) ?? success(job, tally);
}

function failure(job: KubeObject, pods: readonly KubeObject[], tally: Tally): Verdict | undefined {
  const { backoffLimit = 6, maxFailedIndexes, completions, template } = job.spec ?? {};
  if (tally.failsJob !== undefined) return failed('PodFailurePolicy', tally.failsJob);
  const inPlace = template?.spec?.restartPolicy === 'OnFailure' ? restartsOf(pods) : 0;
  // A pod that restarts in place has failed each time; at the limit the next failure is one too many.
  if (tally.failed.length > backoffLimit || (inPlace > 0 && inPlace >= Math.max(1, backoffLimit))) {
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const count = tally.failedIndexes.size;
  if (maxFailedIndexes !== undefined && count > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return failed('MaxFailedIndexesExceeded', message);
  }
  return count > 0 && count + tally.succeeded >= completions
    ? failed('FailedIndexes', 'Job has failed indexes')
    : undefined;
}

const failed = (reason: string, message: string): Verdict => ({ type: 'Failed', reason, message });

function success(job: KubeObject, { succeeded, active, doneIndexes }: Tally): Verdict | undefined {
  const completions: number | undefined = job.spec?.['completions'];
  const rules: readonly Fields[] = isIndexed(job) ? (job.spec?.['successPolicy']?.rules ?? []) : [];
  const rule = rules.findIndex((one) => isMet(one, doneIndexes));
  if (rule >= 0) return { type: 'Complete', reason: 'SuccessPolicy', message: `Matched rules at index ${rule}` };
  const isDone = (completions === undefined ? succeeded > 0 : succeeded >= completions) && active.length === 0;
  const message = 'Reached expected number of succeeded pods';
  return isDone ? { type: 'Complete', reason: 'CompletionsReached', message } : undefined;
}

function isMet({ succeededIndexes, succeededCount }: Fields, done: ReadonlySet<number>): boolean {
  const wanted = succeededIndexes === undefined ? [...done] : (parseIndexes(String(succeededIndexes)) ?? []);
  const count = wanted.filter((index) => done.has(index)).length;
  return count >= (succeededCount ?? wanted.length) && count > 0;
}
