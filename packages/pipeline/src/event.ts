import type { RunResult, TaskError, TaskState } from './result.js';

/** What happens in a run, in order. Times are milliseconds since the epoch. */
export type PipelineEvent = TaskEvent | LogEvent | ProgressEvent | RunEvent;

/** A task has come to another state. */
export interface TaskEvent {
  readonly type: 'task';
  readonly atMs: number;
  readonly name: string;
  readonly state: TaskState;
  readonly attempt: number;
  /** Why it was skipped or aborted, or what it waits for before another attempt. */
  readonly reason?: string;
  readonly error?: TaskError;
  /** Once it has ended. */
  readonly durationMs?: number;
}

/** A task has written a line. */
export interface LogEvent {
  readonly type: 'log';
  readonly atMs: number;
  readonly name: string;
  readonly line: string;
  /** Lines and progress lost before this one, because the consumer was too slow. @default 0 */
  readonly dropped?: number;
}

/** A task says what it is doing. */
export interface ProgressEvent {
  readonly type: 'progress';
  readonly atMs: number;
  readonly name: string;
  readonly text: string;
  /** As of `log`. @default 0 */
  readonly dropped?: number;
}

/** The run has come to another state. */
export interface RunEvent {
  readonly type: 'run';
  readonly atMs: number;
  /** `stopping`: cancelled or out of time; what runs is being aborted, cleanup follows. */
  readonly state: 'running' | 'stopping' | RunResult['state'];
  readonly reason?: string;
}
