import type { TaskError, TaskResult } from './result.js';

/** One attempt at a task. */
export interface AttemptRecord {
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  /** Milliseconds since the epoch; `undefined` while it goes on, or when the process was gone before it ended. */
  readonly endedMs?: number;
  /** `interrupted`: the process was gone before it ended. `undefined` while it goes on. */
  readonly outcome?: 'succeeded' | 'failed' | 'aborted' | 'interrupted';
  /** Without its `detail`, which is in the logs. */
  readonly error?: TaskError;
}

/** Attempts that are kept of one task, the last ones: a run can be resumed any number of times. */
const MAX_ATTEMPTS = 100;

/**
 * All attempts at a task, oldest first, those of earlier runs of the same journal included. Empty if there was none, or if
 * an older journal says only how many there were.
 */
export function attemptsOf(result: TaskResult): readonly AttemptRecord[] {
  const { attemptHistory, attempts, startedMs, endedMs, state, error } = result;
  if (attemptHistory !== undefined) return attemptHistory;
  if (startedMs === undefined || attempts !== 1) return [];
  return [attemptRecord({ startedMs, endedMs, state, error })];
}

/** An attempt as the state that its task has come to by it. */
export function attemptRecord({
  startedMs,
  endedMs,
  state,
  error,
}: {
  readonly startedMs: number;
  readonly endedMs: number | undefined;
  readonly state: TaskResult['state'];
  readonly error: TaskError | undefined;
}): AttemptRecord {
  if (endedMs === undefined) return { startedMs };
  const outcome = state === 'succeeded' || state === 'aborted' ? state : 'failed';
  return { startedMs, endedMs, outcome, ...(error === undefined ? {} : { error: withoutDetail(error) }) };
}

/** The attempts that an earlier run has made, for the run that makes others. `undefined` if it has made none. */
export function earlierAttemptsOf(result: TaskResult): readonly AttemptRecord[] | undefined {
  const found = attemptsOf(result).map((one) =>
    one.outcome === undefined ? ({ ...one, outcome: 'interrupted' } as const) : one,
  );
  return found.length === 0 ? undefined : found;
}

/** A history with one more attempt. */
export function addAttempt(history: readonly AttemptRecord[] = [], attempt: AttemptRecord): readonly AttemptRecord[] {
  return [...history, attempt].slice(-MAX_ATTEMPTS);
}

function withoutDetail({ detail: _, ...error }: TaskError): TaskError {
  return error;
}
