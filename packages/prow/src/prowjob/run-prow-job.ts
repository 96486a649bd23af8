import type { Clock } from '@seatrial/cli';
import { ProwError } from '../errors.js';
import type { ProwJobCluster } from './cluster.js';
import type { ProwJob, ProwJobStatus } from './prow-job.js';
import { isEndState } from './prow-job.js';

/** How long to wait, and whom to tell. */
export interface RunOptions {
  /** Budget in milliseconds. @default none: jobs have a time limit of their own */
  readonly timeoutMs?: number | undefined;
  /** Aborting rejects with `signal.reason`; the job goes on in the cluster. */
  readonly signal?: AbortSignal | undefined;
  /** Told when it is created, before any change. */
  readonly onCreated?: (job: ProwJob) => void;
  /** Told whenever its state or description changes. */
  readonly onChange?: (status: ProwJobStatus) => void;
  /** Told when it may go on by itself: after an abort, a timeout, or in a cluster that stays away. */
  readonly onLeft?: (job: ProwJob) => void;
}

/**
 * Creates a ProwJob in the cluster and watches it until it has succeeded, failed, or was aborted.
 *
 * @returns the job as it ended: the verdict is in its status.
 * @throws {ProwError} `TRIGGER` when it cannot be created, is deleted meanwhile, or does not end in time.
 */
export async function runProwJob(
  deps: { readonly cluster: ProwJobCluster; readonly clock: Clock },
  job: ProwJob,
  options: RunOptions = {},
): Promise<ProwJob> {
  const { timeoutMs, onCreated, onChange, onLeft } = options;
  const created = await deps.cluster.create(job, options).catch((error: unknown) => {
    // Whether the request got through is not known.
    const { namespace } = deps.cluster;
    if (options.signal?.aborted) onLeft?.({ ...job, metadata: { ...job.metadata, namespace } });
    throw error;
  });
  onCreated?.(created);
  let last = created.status;
  const ended = new AbortController();
  const late = new AbortController();
  if (timeoutMs !== undefined) {
    const fail = () =>
      late.abort(notEnded(created, `has not ended within ${timeoutMs / 1_000} s: it is ${last.state}`, true));
    deps.clock.sleep(timeoutMs, ended.signal).then(fail, () => {}); // rejects when it ended in time
  }
  const signal = options.signal ? AbortSignal.any([options.signal, late.signal]) : late.signal;
  try {
    for await (const current of deps.cluster.observe(job.metadata.name, { signal })) {
      if (current === undefined) throw notEnded(created, 'was deleted before it ended', false);
      const { status } = current;
      if (status.state !== last.state || status.description !== last.description) onChange?.(status);
      last = status;
      if (isEndState(status.state)) return current;
    }
    throw new Error('observing ends only by its signal');
  } catch (error) {
    if (!(error instanceof ProwError) || error.infrastructure) onLeft?.(created);
    throw error;
  } finally {
    ended.abort();
  }
}

function notEnded({ metadata }: ProwJob, what: string, infrastructure: boolean): ProwError {
  const place = metadata.namespace === undefined ? '' : ` -n ${metadata.namespace}`;
  return new ProwError('TRIGGER', `prowjob ${metadata.name} ${what}`, {
    infrastructure,
    hint: infrastructure
      ? `Look at it: kubectl get prowjob ${metadata.name}${place} -o yaml`
      : 'Look for who deleted it: a clean-up, or a person.',
  });
}
