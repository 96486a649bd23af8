import type { Clock } from './clock.js';
import { createLiveProgress } from './progress-live.js';
import { createPlainProgress } from './progress-plain.js';

/** How far a task is. */
export type ProgressState = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'aborted';

/** What is new about a task. */
export interface ProgressUpdate {
  readonly state: ProgressState;
  /** What it is doing, one line. */
  readonly text?: string;
  /** How long it took, in milliseconds. @default measured from its first `running` */
  readonly durationMs?: number;
  /** Why it failed, was skipped or aborted. */
  readonly reason?: string;
}

/** A task to be shown. */
export interface ProgressTask {
  readonly name: string;
  /** Tasks of a group are shown together, below its name. */
  readonly group?: string;
}

/** For `createProgress`. */
export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream;
  /** Whether to redraw in place; otherwise each change is a line. */
  readonly isTty: boolean;
  readonly color: boolean;
  readonly clock: Clock;
  readonly tasks: readonly ProgressTask[];
}

/** Shows what many tasks do at once. */
export interface Progress {
  /** Shows a change of a task; one that was not announced is added. */
  update(name: string, update: ProgressUpdate): void;
  /** Shows a line of a task's log; a terminal shows the last one of each running task. */
  line(name: string, text: string): void;
  /** Writes a line that stays, above the tree where there is one. */
  print(text: string): void;
  /** Draws the final state, all tasks, and resolves when it is written. Later calls do nothing. */
  close(): Promise<void>;
}

/**
 * Shows tasks as a live tree on a terminal (never taller than its window, never wider than its columns), else as
 * lines `HH:MM:SS name  text` (UTC). Must be closed.
 */
export function createProgress(options: ProgressOptions): Progress {
  return options.isTty ? createLiveProgress(options) : createPlainProgress(options);
}
