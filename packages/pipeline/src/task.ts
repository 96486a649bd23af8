import type { Clock } from './clock.js';
import type { Json } from './json.js';
import type { TaskResult } from './result.js';
import type { When, WhenPredicate } from './when.js';

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

/** What a task works with. Its fields may be destructured, but it is not to be copied by spreading. */
export interface TaskContext<Inputs = unknown> {
  readonly name: string;
  /** From 1, in this run. */
  readonly attempt: number;
  /** Outputs of what it needs, by the keys of `needs`. Others may get the same objects: do not change them. */
  readonly inputs: Inputs;
  /** Aborted when the attempt is to end: cancelled, out of time. A cleanup task's is not aborted by a cancel. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Adds a line to the task's log. Needs no `this`. */
  readonly log: (this: void, line: string) => void;
  /** Says in a few words what the task is doing. Needs no `this`. */
  readonly progress: (this: void, text: string) => void;
  /** Records what must be known if the run dies now. Durable in the journal when it resolves; the last one counts. */
  readonly checkpoint: (this: void, value: Json) => Promise<void>;
  /** Last checkpoint of every task by name, own ones of earlier attempts and runs included. */
  readonly checkpoints: Readonly<Record<string, Json | undefined>>;
  /** Tasks that have ended when it is read, by name. */
  readonly results: Readonly<Record<string, TaskResult>>;
}

/** What `verify` works with. */
export interface VerifyContext {
  /** Aborted when the run is stopped; the answer is not waited for any longer. */
  readonly signal: AbortSignal;
}

/** Tasks whose outputs another takes, by the key it takes them under; a list of tasks gives a list of outputs. */
export type Needs = Readonly<Record<string, Task | readonly Task[]>>;

/** One task of a graph, made by `defineTask`. */
export interface Task<Name extends string = string, Output = unknown> {
  readonly name: Name;
  readonly needs: Needs;
  /** Tasks it only comes after. */
  readonly after: readonly Task[];
  readonly when: When;
  readonly cleanup: boolean;
  /** Units it takes of each resource while it runs. */
  readonly uses: Readonly<Record<string, number>>;
  readonly retries?: Retries | undefined;
  readonly timeoutMs?: number | undefined;
  readonly totalTimeoutMs?: number | undefined;
  readonly expectedMs?: number | undefined;
  readonly group?: string | undefined;
  readonly summary?: string | undefined;
  describe?(): readonly string[];
  verify?(output: Output, context: VerifyContext): Promise<boolean>;
  adopt?(context: TaskContext): Promise<{ readonly output: Output } | undefined>;
  run(context: TaskContext): Promise<Output>;
}

/** What a task's consumers get from it. */
export type OutputOf<T> = T extends Task<string, infer Output> ? Output : never;

/** Inputs by the keys of `needs`; each may be missing unless all of them must have succeeded. */
export type InputsOf<Wanted extends Needs, Rule extends When> = {
  readonly [Key in keyof Wanted]: InputOf<Wanted[Key], Rule extends 'all_success' ? never : undefined>;
};

type InputOf<Wanted, Missing> = Wanted extends readonly Task[]
  ? { readonly [At in keyof Wanted]: OutputOf<Wanted[At]> | Missing }
  : OutputOf<Wanted> | Missing;

/** For `defineTask`. */
export interface TaskDefinition<
  Name extends string,
  Output extends Json | void,
  Wanted extends Needs,
  Cleanup extends boolean,
  Rule extends When,
> {
  /** Letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 100: it is also a file's name. */
  readonly name: Name;
  /** Tasks whose outputs it takes, and after which it runs; a list of tasks gives a list of outputs. @default none */
  readonly needs?: Wanted;
  /** Tasks it runs after and is held back by, without taking their outputs. @default none */
  readonly after?: readonly Task[];
  /** @default 'all_success', and 'all_done' for a cleanup task */
  readonly when?: Rule;
  /** Whether it runs even when the run is cancelled, under a budget of its own. @default false */
  readonly cleanup?: Cleanup;
  /** Resources it holds while it runs, one unit of each or as many as said; the run has their limits. @default none */
  readonly uses?: readonly string[] | Readonly<Record<string, number>>;
  /** @default one attempt */
  readonly retries?: Retries;
  /** Budget of an attempt, in milliseconds. @default none */
  readonly timeoutMs?: number;
  /**
   * Budget of all attempts and the pauses between them, in milliseconds.
   *
   * @default none, and the run's `cleanupTimeoutMs` for a cleanup task
   */
  readonly totalTimeoutMs?: number;
  /** How long it usually takes, in milliseconds: what is on the longest way to the end starts first. @default 1_000 */
  readonly expectedMs?: number;
  /** Tasks of a group are shown together, and chosen by its name. @default none */
  readonly group?: string;
  /** One phrase for people. */
  readonly summary?: string;
  /** Does the work. Write it before `verify` and `adopt`, which have its type. */
  run(context: TaskContext<InputsOf<Wanted, Rule>>): Promise<Output>;
  /** Says what it would call, a line each, without calling it. */
  describe?(): readonly string[];
  /** Asked on resume: whether what an earlier run made is still there. @default it is */
  verify?(output: NoInfer<Output>, context: VerifyContext): Promise<boolean>;
  /**
   * Asked on resume, before `run` and under its budget, if an earlier run was stopped in the midst of it: gives the
   * output if the work has come to its end all the same, else `undefined`, and `run` follows.
   *
   * @default the work is done again
   */
  adopt?(context: TaskContext<InputsOf<Wanted, Rule>>): Promise<{ readonly output: NoInfer<Output> } | undefined>;
}

/**
 * Defines a task. Its output's type is the type of its consumers' inputs, checked by the compiler; at run time it goes
 * through JSON, so that a resumed run sees the same.
 */
export function defineTask<
  const Name extends string,
  Output extends Json | void,
  const Wanted extends Needs = Record<never, never>,
>(
  // On its own, as the type of a function cannot be inferred from it and given to it at once.
  definition: TaskDefinition<Name, Output, Wanted, boolean, WhenPredicate> & { readonly when: WhenPredicate },
): Task<Name, Output>;
export function defineTask<
  const Name extends string,
  Output extends Json | void,
  const Wanted extends Needs = Record<never, never>,
  const Cleanup extends boolean = false,
  const Rule extends When = Cleanup extends true ? 'all_done' : 'all_success',
>(definition: TaskDefinition<Name, Output, Wanted, Cleanup, Rule>): Task<Name, Output>;
export function defineTask<Name extends string, Output extends Json | void>(
  definition: TaskDefinition<Name, Output, Needs, boolean, When>,
): Task<Name, Output> {
  const { needs = NO_NEEDS, after = NO_TASKS, cleanup = false, uses = NO_USES } = definition;
  // Field by field: a spread gives each task a hidden class of its own, and the engine then looks up their fields slowly.
  const task = {
    name: definition.name,
    needs,
    after,
    when: definition.when ?? (cleanup ? 'all_done' : 'all_success'),
    cleanup,
    uses: isList(uses) ? Object.fromEntries(uses.map((resource) => [resource, 1])) : uses,
    retries: definition.retries,
    timeoutMs: definition.timeoutMs,
    totalTimeoutMs: definition.totalTimeoutMs,
    expectedMs: definition.expectedMs,
    group: definition.group,
    summary: definition.summary,
    describe: definition.describe,
    verify: definition.verify,
    adopt: definition.adopt,
    run: definition.run,
  };
  // The engine fills `inputs` from `needs`, which the definition's types already hold together.
  return task as unknown as Task<Name, Output>;
}

/** Tasks whose outputs a task takes, in the order of its `needs`; one that is named twice is there twice. */
export function needsOf({ needs }: Pick<Task, 'needs'>): readonly Task[] {
  return Object.values(needs).flat();
}

/** All tasks that must have ended before this one is decided: what it needs first, each once. */
export function predecessorsOf(task: Task): readonly Task[] {
  return [...new Set([...needsOf(task), ...task.after])];
}

const NO_NEEDS: Needs = {};
const NO_TASKS: readonly Task[] = [];
const NO_USES: Readonly<Record<string, number>> = {};

function isList(uses: readonly string[] | Readonly<Record<string, number>>): uses is readonly string[] {
  return Array.isArray(uses);
}
