import type { RunResult, TaskError, TaskState } from './result.js';

/** What happens in a run, in order. Times are milliseconds since the epoch. */
export type PipelineEvent =
  | {
      readonly type: 'task';
      readonly atMs: number;
      readonly name: string;
      readonly state: TaskState;
      readonly attempt: number;
      readonly reason?: string;
      readonly error?: TaskError;
      readonly durationMs?: number;
    }
  | {
      readonly type: 'log';
      readonly atMs: number;
      readonly name: string;
      readonly line: string;
      /** Lines and progress lost before this one, because the consumer was too slow. @default 0 */
      readonly dropped?: number;
    }
  | {
      readonly type: 'progress';
      readonly atMs: number;
      readonly name: string;
      readonly text: string;
      /** As of `log`. @default 0 */
      readonly dropped?: number;
    }
  | {
      readonly type: 'run';
      readonly atMs: number;
      /** `stopping`: cancelled or out of time; what runs is being aborted, cleanup follows. */
      readonly state: 'running' | 'stopping' | RunResult['state'];
      readonly reason?: string;
    };
