import type { Fields, KubeObject } from '../kube-api.js';
import { matchFailurePolicy } from './job-failure-policy.js';
import { hasIndexLimit, indexOf, indexesOf, isIndexed } from './job-indexes.js';
import { parseTime } from './kube-time.js';
import { isPodActive, isPodEnded, isPodReady } from './pod-state.js';

/** The pods that a Job has and had. */
export interface JobPods {
  readonly present: readonly KubeObject[];
  readonly gone: readonly KubeObject[];
  readonly released: ReadonlySet<string>;
  readonly condemned: ReadonlySet<string>;
}

/** How a Job's pods are counted. */
export interface Tally {
  readonly active: readonly KubeObject[];
  /** Being deleted, and not ended. */
  readonly terminating: readonly KubeObject[];
  /** Pods that succeeded, or indexes for which one did. */
  readonly succeeded: number;
  /** Those that count, which the failure policy may say they do not. */
  readonly failed: readonly KubeObject[];
  readonly ready: number;
  readonly doneIndexes: ReadonlySet<number>;
  /** Of a Job with a back-off limit for each index. */
  readonly failedIndexes: ReadonlySet<number>;
  /** What the failure policy says of the first pod that fails the Job. */
  readonly failsJob: string | undefined;
}

/**
 * Counts the pods of a Job.
 *
 * @param pods.gone Those that are not there any longer, as they were last seen: they count as ended.
 * @param pods.condemned uids of those that were stopped by the Job's end: they have failed, however they end.
 * @param pods.released uids of those that were wanted no more: they do not count at all.
 */
export function tallyPods(job: KubeObject, { present: pods, gone, released, condemned }: JobPods): Tally {
  const counts = (pod: KubeObject): boolean =>
    !released.has(pod.metadata.uid ?? '') && (!isIndexed(job) || inRange(job, indexOf(pod)));
  const known = [...pods, ...gone].filter(counts);
  const active = pods.filter(isPodActive);
  const isCondemned = ({ metadata }: KubeObject): boolean => condemned.has(metadata.uid ?? '');
  const failures = known
    .filter((pod) => isCondemned(pod) || isFailed(job, pod) || (gone.includes(pod) && phaseOf(pod) !== 'Succeeded'))
    .map((pod) => ({ pod, match: phaseOf(pod) === 'Failed' ? matchFailurePolicy(job, pod) : undefined }));
  const failed = failures.filter(({ match }) => match?.action !== 'Ignore').map(({ pod }) => pod);
  const succeeded = known.filter((pod) => phaseOf(pod) === 'Succeeded' && !isCondemned(pod));
  const doneIndexes = new Set(isIndexed(job) ? succeeded.map(indexOf) : []);
  const failedIndexes = new Set<number>();
  if (hasIndexLimit(job)) {
    for (const { pod, match } of failures) if (match?.action === 'FailIndex') failedIndexes.add(indexOf(pod));
    const limit = Number(job.spec?.['backoffLimitPerIndex']);
    for (const index of indexesOf(job)) if (failuresOf(failed, index) > limit) failedIndexes.add(index);
    for (const index of doneIndexes) failedIndexes.delete(index);
  }
  return {
    active,
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isPodEnded(pod)),
    succeeded: isIndexed(job) ? doneIndexes.size : succeeded.length,
    failed,
    ready: active.filter(isPodReady).length,
    doneIndexes,
    failedIndexes,
    failsJob: failures.find(({ match }) => match?.action === 'FailJob')?.match?.message,
  };
}

/** How many of the failed pods had an index. */
export function failuresOf(failed: readonly KubeObject[], index: number): number {
  return failed.filter((pod) => indexOf(pod) === index).length;
}

/** Is a pod replaced only once it has failed, not when its deletion begins? */
export const replacesFailedOnly = (job: KubeObject): boolean => job.spec?.['podReplacementPolicy'] === 'Failed';

/** How often containers of pods that go on were started again. */
export function restartsOf(pods: readonly KubeObject[]): number {
  return pods
    .filter((pod) => phaseOf(pod) === 'Running' || phaseOf(pod) === 'Pending')
    .flatMap(({ status }) => [...(status?.['containerStatuses'] ?? []), ...(status?.['initContainerStatuses'] ?? [])])
    .reduce((sum: number, { restartCount = 0 }: Fields) => sum + restartCount, 0);
}

const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 600_000;

/** When the next pod may come: at once after the first failure in a row, then 10 s, 20 s, 40 s, … after the last. */
export function retryAtMs(pods: readonly KubeObject[]): number {
  const ends = pods.filter(isPodEnded).sort((a, b) => endOf(b) - endOf(a));
  const lastSuccess = ends.findIndex((pod) => phaseOf(pod) === 'Succeeded');
  const streak = lastSuccess < 0 ? ends.length : lastSuccess;
  const [latest] = ends;
  if (streak < 2 || latest === undefined) return 0;
  return endOf(latest) + Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (streak - 2));
}

const phaseOf = ({ status }: KubeObject): unknown => status?.['phase'];

function inRange(job: KubeObject, index: number): boolean {
  return index >= 0 && index < Number(job.spec?.['completions'] ?? 0);
}

// A pod that is being deleted may never get to say that it failed.
function isFailed(job: KubeObject, pod: KubeObject): boolean {
  if (phaseOf(pod) === 'Failed') return true;
  return !replacesFailedOnly(job) && pod.metadata.deletionTimestamp !== undefined && phaseOf(pod) !== 'Succeeded';
}

function endOf({ status, metadata }: KubeObject): number {
  const ends = ((status?.['containerStatuses'] ?? []) as Fields[]).map(
    ({ state }) => parseTime(state?.terminated?.finishedAt) ?? 0,
  );
  return Math.max(0, ...ends) || (parseTime(metadata.creationTimestamp) ?? 0);
}
