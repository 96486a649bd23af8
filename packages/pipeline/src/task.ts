import type { Clock } from './clock.js';
import type { Json } from './json.js';
import type { TaskResult } from './result.js';

/**
 * When a task runs, once all it needs and comes after has ended: named as Airflow's trigger rules are.
 *
 * `all_success`: all succeeded (of `after`, those left out do not count). `all_done`: always. `one_failed`: at least
 * one failed or was aborted.
 */
export type When = 'all_success' | 'all_done' | 'one_failed';

/** How often a failing task is tried, with exponential backoff and full jitter in between. */
export interface Retries {
  /** Attempts in all, the first included. */
  readonly attempts: number;
  /** Upper bound of the first pause, in milliseconds; it doubles with each. @default 1_000 */
  readonly minDelayMs?: number;
  /** Upper bound of any pause, in milliseconds. @default 30_000 */
  readonly maxDelayMs?: number;
  /** Whether an error is worth another attempt. @default all are */
  isRetryable?(error: unknown): boolean;
}

/** What a task works with. */
export interface TaskContext<Inputs = unknown> {
  readonly name: string;
  /** From 1, in this run. */
  readonly attempt: number;
  /** Outputs of what it needs, by the keys of `needs`. */
  readonly inputs: Inputs;
  /** Aborted when the attempt is to end: cancelled, out of time. A cleanup task's is not aborted by a cancel. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Adds a line to the task's log. Needs no `this`. */
  log(this: void, line: string): void;
  /** Says in a few words what the task is doing. Needs no `this`. */
  progress(this: void, text: string): void;
  /** Records what must be known if the run dies now. Durable in the journal when it resolves; the last one counts. */
  checkpoint(this: void, value: Json): Promise<void>;
  /** Last checkpoint of every task by name, own ones of earlier attempts and runs included. */
  readonly checkpoints: Readonly<Record<string, Json | undefined>>;
  /** Tasks that have ended so far, by name. */
  readonly results: Readonly<Record<string, TaskResult>>;
}

/** One task of a graph, made by `defineTask`. */
export interface Task<Name extends string = string, Output = unknown> {
  readonly name: Name;
  /** Tasks whose outputs it takes, by the key it takes them under. */
  readonly needs: Readonly<Record<string, Task>>;
  /** Tasks it only comes after. */
  readonly after: readonly Task[];
  readonly when: When;
  readonly cleanup: boolean;
  readonly retries?: Retries | undefined;
  readonly timeoutMs?: number | undefined;
  readonly group?: string | undefined;
  readonly summary?: string | undefined;
  describe?(): readonly string[];
  verify?(output: Output): Promise<boolean>;
  run(context: TaskContext): Promise<Output>;
}

/** What a task's consumers get from it. */
export type OutputOf<T> = T extends Task<string, infer Output> ? Output : never;

/** Inputs by the keys of `needs`; each may be missing unless all of them must have succeeded. */
export type InputsOf<Needs extends Readonly<Record<string, Task>>, Rule extends When> = {
  readonly [Key in keyof Needs]: Rule extends 'all_success' ? OutputOf<Needs[Key]> : OutputOf<Needs[Key]> | undefined;
};

/** For `defineTask`. */
export interface TaskDefinition<
  Name extends string,
  Output extends Json | void,
  Needs extends Readonly<Record<string, Task>>,
  Cleanup extends boolean,
  Rule extends When,
> {
  /** Letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 100: it is also a file's name. */
  readonly name: Name;
  /** Tasks whose outputs it takes, and after which it runs. @default none */
  readonly needs?: Needs;
  /** Tasks it runs after and is held back by, without taking their outputs. @default none */
  readonly after?: readonly Task[];
  /** @default 'all_success', and 'all_done' for a cleanup task */
  readonly when?: Rule;
  /** Whether it runs even when the run is cancelled, under a budget of its own. @default false */
  readonly cleanup?: Cleanup;
  /** @default one attempt */
  readonly retries?: Retries;
  /** Budget of an attempt, in milliseconds. @default none */
  readonly timeoutMs?: number;
  /** Tasks of a group are shown together. @default none */
  readonly group?: string;
  /** One phrase for people. */
  readonly summary?: string;
  /** Does the work. Write it before `verify`, whose parameter has its type. */
  run(context: TaskContext<InputsOf<Needs, Rule>>): Promise<Output>;
  /** Says what it would call, a line each, without calling it. */
  describe?(): readonly string[];
  /** Asked on resume: whether what an earlier run made is still there. @default it is */
  verify?(output: NoInfer<Output>): Promise<boolean>;
}

/**
 * Defines a task. Its output's type is the type of its consumers' inputs, checked by the compiler; at run time it goes
 * through JSON, so that a resumed run sees the same.
 */
export function defineTask<
  const Name extends string,
  Output extends Json | void,
  const Needs extends Readonly<Record<string, Task>> = Record<never, never>,
  const Cleanup extends boolean = false,
  const Rule extends When = Cleanup extends true ? 'all_done' : 'all_success',
>(definition: TaskDefinition<Name, Output, Needs, Cleanup, Rule>): Task<Name, Output> {
  const { needs = {}, after = [], cleanup = false } = definition;
  const when = definition.when ?? (cleanup ? 'all_done' : 'all_success');
  // The engine fills `inputs` from `needs`, which the definition's types already hold together.
  return { ...definition, needs, after, cleanup, when } as Task<Name, Output>;
}

/** All tasks that must have ended before this one is decided: what it needs first, each once. */
export function predecessorsOf(task: Task): readonly Task[] {
  return [...new Set([...Object.values(task.needs), ...task.after])];
}
