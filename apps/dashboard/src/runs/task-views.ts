import {
  attemptsOf,
  findCriticalPath,
  type AttemptRecord,
  type TaskError,
  type TaskOutline,
  type TaskRecord,
} from '@seatrial/pipeline';
import type { AttemptView, TaskFailure, TaskView } from '../api.js';
import { JOURNAL, type RunJournal } from './journal-reader.js';
import type { RunObjects } from './run-objects.js';

/** The tasks of a run in the graph's order. Empty without a journal. */
export function taskViewsOf({ run, tasks }: RunJournal, { files }: RunObjects): readonly TaskView[] {
  if (run === undefined) return [];
  const critical = new Set(findCriticalPath(run.tasks, Object.fromEntries(tasks)).tasks.map(({ name }) => name));
  return run.tasks.map((outline) => {
    const log = `${JOURNAL}/logs/${outline.name}.log`;
    return {
      ...outlineOf(outline),
      ...recordOf(tasks.get(outline.name)),
      critical: critical.has(outline.name),
      ...(files.has(log) ? { log } : {}),
    };
  });
}

/** The task to look at first: the earliest that failed or was aborted, else one that runs. */
export function focusOf(tasks: readonly TaskView[]): string | undefined {
  const failed = tasks.filter(({ state }) => state === 'failed');
  const broken = failed.length > 0 ? failed : tasks.filter(({ state }) => state === 'aborted');
  const [first] = [...broken].sort((a, b) => (a.endedMs ?? Infinity) - (b.endedMs ?? Infinity));
  return (first ?? tasks.findLast(({ state }) => state === 'running'))?.name;
}

function outlineOf({ name, needs, after, cleanup, selected, summary, group }: TaskOutline) {
  return {
    name,
    needs,
    after,
    cleanup,
    selected,
    ...(summary === undefined ? {} : { summary }),
    ...(group === undefined ? {} : { group }),
  };
}

function recordOf(record: TaskRecord | undefined) {
  if (record === undefined) return { state: 'pending', attempts: 0, attemptHistory: [], resumed: false } as const;
  const { state, attempts, startedMs, endedMs, error, reason, resumed = false } = record;
  return {
    state,
    attempts,
    attemptHistory: attemptsOf(record).map(attemptViewOf),
    resumed,
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...(error === undefined ? {} : { error: failureOf(error) }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function attemptViewOf({ startedMs, endedMs, outcome, error }: AttemptRecord): AttemptView {
  return {
    startedMs,
    ...(endedMs === undefined ? {} : { endedMs }),
    outcome: outcome ?? 'running',
    ...(error === undefined ? {} : { message: error.message }),
  };
}

function failureOf({ message, code, hint, detail, infrastructure }: TaskError): TaskFailure {
  return {
    message,
    ...(code === undefined ? {} : { code }),
    ...(hint === undefined ? {} : { hint }),
    ...(detail === undefined ? {} : { detail }),
    ...(infrastructure === undefined ? {} : { infrastructure }),
  };
}
