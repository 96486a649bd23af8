import type { AttemptRecord } from './attempt-history.js';
import type { Json } from './json.js';

/** How far a task is. Final: `succeeded`, `failed`, `skipped` (never ran), `aborted` (stopped while it ran). */
export type TaskState = 'pending' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'aborted';

/** An error as data: what the thrown one said and carried. */
export interface TaskError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** Long output that belongs to it. */
  readonly detail?: string;
  /** Whether it says nothing about the thing under test. */
  readonly infrastructure?: boolean;
}

/** What became of a task. */
export interface TaskResult {
  readonly name: string;
  readonly state: TaskState;
  /** Attempts made; 0 if it never ran. */
  readonly attempts: number;
  /**
   * Its attempts, oldest first, where there is more to tell than `startedMs`, `endedMs`, `state` and `error` say of the only
   * one: see `attemptsOf`. Those of earlier runs of the same journal are among them.
   */
  readonly attemptHistory?: readonly AttemptRecord[];
  /** Milliseconds since the epoch; `undefined` if it never ran. */
  readonly startedMs?: number;
  /** Milliseconds since the epoch. */
  readonly endedMs?: number;
  /** From the first attempt's start to the end, pauses included. 0 if it never ran. */
  readonly durationMs: number;
  readonly output?: Json;
  readonly error?: TaskError;
  /** Why it was skipped or aborted. */
  readonly reason?: string;
  /** The task whose failure it was skipped for, be it some steps away. */
  readonly failedUpstream?: string;
  /** Its last checkpoint. */
  readonly checkpoint?: Json;
  readonly cleanup: boolean;
  /** Whether it was done by an earlier run and taken over from the journal. */
  readonly resumed?: boolean;
  /** Whether its work was found done when a stopped run was resumed, by its `adopt`. */
  readonly adopted?: boolean;
}

/** The chain of tasks that set the run's time. */
export interface CriticalPath {
  /** First to last. */
  readonly tasks: readonly { readonly name: string; readonly durationMs: number }[];
  /** Sum of their durations. */
  readonly durationMs: number;
}

/** What became of a run. */
export interface RunResult {
  /** `aborted` if cancelled; else `failed` if any task failed, cleanup included, or the run ran out of time. */
  readonly state: 'succeeded' | 'failed' | 'aborted';
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  /** Milliseconds since the epoch. */
  readonly endedMs: number;
  readonly durationMs: number;
  /** Every task of the graph, by name. */
  readonly tasks: Readonly<Record<string, TaskResult>>;
  readonly criticalPath: CriticalPath;
  /** What stopped the run, if something did. */
  readonly error?: TaskError;
}

/** Takes from a thrown value what is worth keeping. An `AggregateError`'s errors are named in the message. */
export function toTaskError(error: unknown): TaskError {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) };
  const { name, message, code, hint, detail, infrastructure } = error as Readonly<Record<string, unknown>>;
  const inner: readonly TaskError[] = error instanceof AggregateError ? error.errors.map(toTaskError) : [];
  const own = typeof message === 'string' ? message : '';
  const messages = [own, ...inner.map((one) => one.message).filter((text) => !own.includes(text))];
  const facts = {
    code: textOf(code) ?? firstOf(inner, 'code'),
    hint: textOf(hint) ?? firstOf(inner, 'hint'),
    detail: textOf(detail) ?? firstOf(inner, 'detail'),
    infrastructure:
      typeof infrastructure === 'boolean'
        ? infrastructure
        : inner.length > 0 && inner.every((one) => one.infrastructure === true)
          ? true
          : undefined,
  };
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: messages.filter((text) => text !== '').join('; ') || (typeof name === 'string' ? name : 'unknown error'),
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value); // gRPC's codes are numbers
  return typeof value === 'string' ? value : undefined;
}

function firstOf(errors: readonly TaskError[], key: 'code' | 'hint' | 'detail'): string | undefined {
  return errors.find((error) => error[key] !== undefined)?.[key];
}
