import { attemptsOf } from './attempt-history.js';
import { findCriticalPath } from './critical-path.js';
import type { Journal, TaskOutline } from './journal.js';
import type { CriticalPath, RunResult, TaskResult } from './result.js';

/** A run as its journal tells it. */
export interface RunReport {
  /** `running` also when it was killed. */
  readonly state: 'running' | RunResult['state'];
  readonly startedMs: number;
  /** `undefined` while it runs, or when it was killed. */
  readonly endedMs?: number;
  readonly durationMs?: number;
  /** In the graph's order; `pending` where nothing is recorded. Each that has run has its `attemptHistory`, if it is known. */
  readonly tasks: readonly TaskResult[];
  readonly criticalPath: CriticalPath;
}

/** Reads a run from its journal; `undefined` when there is none. */
export async function readRunReport(journal: Journal): Promise<RunReport | undefined> {
  const run = await journal.readRun();
  if (run === undefined) return undefined;
  const tasks = await Promise.all(
    run.tasks.map(async (outline) => withAttempts((await journal.readTask(outline.name)) ?? pending(outline))),
  );
  const { state, startedMs, endedMs } = run;
  return {
    state,
    startedMs,
    ...(endedMs === undefined ? {} : { endedMs, durationMs: endedMs - startedMs }),
    tasks,
    criticalPath: findCriticalPath(run.tasks, Object.fromEntries(tasks.map((task) => [task.name, task]))),
  };
}

/**
 * How long tasks took that succeeded, in milliseconds by name: for the next run's `expectedMs`, so that what is on its
 * critical path starts first.
 */
export function durationsOf({ tasks }: Pick<RunReport, 'tasks'>): ReadonlyMap<string, number> {
  const done = tasks.filter(({ state }) => state === 'succeeded');
  return new Map(done.map(({ name, durationMs }) => [name, durationMs]));
}

function withAttempts(task: TaskResult): TaskResult {
  const attemptHistory = attemptsOf(task);
  return attemptHistory.length === 0 ? task : { ...task, attemptHistory };
}

function pending({ name, cleanup }: TaskOutline): TaskResult {
  return { name, state: 'pending', attempts: 0, durationMs: 0, cleanup };
}
