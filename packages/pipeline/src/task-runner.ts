import type { AttemptOptions, Outcome } from './attempt.js';
import { Attempt } from './attempt.js';
import { budgetOf } from './attempt-budget.js';
import type { AttemptVerdict, JudgeOptions } from './attempt-verdict.js';
import { judgeAttempt } from './attempt-verdict.js';
import type { Cancellation } from './cancellation.js';
import type { Clock } from './clock.js';
import { toTaskError } from './result.js';
import type { RunEvents } from './run-events.js';
import type { RunLedger } from './run-ledger.js';
import type { RunNode } from './run-node.js';
import { keepAttempt } from './run-node.js';
import { AttemptContext } from './task-context.js';

/** For `TaskRunner`. */
export interface TaskRunnerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** How long a stopped task may take to end, in milliseconds. */
  readonly graceMs: number;
  /** Budget of a cleanup task that has none of its own, all its attempts, in milliseconds. */
  readonly cleanupTimeoutMs: number;
}

/** What a task runner works with. */
export interface TaskRunnerDeps {
  readonly clock: Clock;
  readonly ledger: RunLedger;
  readonly events: RunEvents;
  readonly cancellation: Cancellation;
}

/** Who hears what became of an attempt. */
export interface AttemptListener {
  onVerdict(node: RunNode, verdict: AttemptVerdict): void;
  /** The engine itself, or a function that it was handed, has failed. */
  onCrash(error: unknown): void;
}

/** Runs one task: its attempts and the pauses between them. When they are due is not its business. */
export class TaskRunner {
  readonly #deps: TaskRunnerDeps;
  readonly #options: TaskRunnerOptions;
  readonly #listener: AttemptListener;
  readonly #attempts: AttemptOptions<RunNode>;
  readonly #judging: JudgeOptions;

  constructor(deps: TaskRunnerDeps, options: TaskRunnerOptions, listener: AttemptListener) {
    this.#deps = deps;
    this.#options = options;
    this.#listener = listener;
    const onEnd = (node: RunNode, outcome: Outcome) => this.#judge(node, outcome);
    const mayRetry = (node: RunNode) => !deps.cancellation.holdsBack(node);
    this.#judging = { clock: options.clock, random: options.random, mayRetry };
    this.#attempts = { clock: options.clock, graceMs: options.graceMs, onEnd };
  }

  /** Makes an attempt, once it is durable that it begins; if the run was stopped meanwhile it does not. */
  attempt(node: RunNode, nowMs: number): void {
    const { clock, ledger } = this.#deps;
    const { error } = node;
    node.state = 'running';
    node.attempt += 1;
    node.startedMs ??= nowMs;
    if (node.past !== undefined) node.retriedMs = nowMs;
    if (node.attempt > 1) node.reason = node.error = undefined;
    if (node.place.isTimed) {
      const { totalTimeoutMs, cleanup } = node.task;
      const totalMs = totalTimeoutMs ?? (cleanup ? this.#options.cleanupTimeoutMs : undefined);
      if (totalMs !== undefined) node.deadlineMs ??= nowMs + totalMs;
    }
    if (!ledger.isDurable) return this.#begin(node, nowMs);
    const begin = () => {
      if (!this.#deps.cancellation.holdsBack(node)) return this.#begin(node, clock.now());
      node.error = error;
      node.attempt -= 1;
      if (node.attempt === 0) node.startedMs = undefined;
      if (node.past !== undefined) node.retriedMs = undefined;
      this.#listener.onVerdict(node, { kind: 'end', end: this.#deps.cancellation.endOf(node) });
    };
    ledger
      .record(node)
      .then(begin)
      .catch((thrown: unknown) => this.#listener.onCrash(thrown));
  }

  /** Waits before the next attempt; a stop of the run ends the wait. */
  async pause(node: RunNode, { error, delayMs }: Extract<AttemptVerdict, { kind: 'retry' }>): Promise<void> {
    const { clock, ledger, events, cancellation } = this.#deps;
    const stopped = new AbortController();
    node.current = { stop: (reason) => stopped.abort(reason) };
    keepAttempt(node, { endedMs: clock.now(), error });
    node.state = 'pending';
    node.error = error;
    node.reason = `attempt ${node.attempt} failed, next in ${Math.round(delayMs)} ms`;
    await ledger.record(node);
    events.task(node);
    if (!cancellation.holdsBack(node)) {
      await clock.sleep(delayMs, stopped.signal).catch(() => undefined); // rejects when stopped
    }
    node.current = undefined;
  }

  #begin(node: RunNode, nowMs: number): void {
    this.#deps.events.task(node);
    const attempt = new Attempt(this.#attempts, node);
    node.current = attempt;
    const context = new AttemptContext(this.#deps, node, attempt);
    const budget = node.place.isTimed ? budgetOf(node, nowMs) : undefined;
    const work = node.mayAdopt ? { run: () => this.#adoptOrRun(node, context) } : node.task;
    attempt.start(work, context, budget);
  }

  #judge(node: RunNode, outcome: Outcome): void {
    node.current = undefined;
    try {
      this.#listener.onVerdict(node, judgeAttempt(node, outcome, this.#judging));
    } catch (error) {
      this.#listener.onCrash(error);
    }
  }

  async #adoptOrRun(node: RunNode, context: AttemptContext): Promise<unknown> {
    node.mayAdopt = false;
    try {
      const adopted = await node.task.adopt?.(context);
      if (adopted !== undefined) {
        node.isAdopted = true;
        return adopted.output;
      }
    } catch (error) {
      context.signal.throwIfAborted();
      context.log(`could not tell what became of the earlier run: ${toTaskError(error).message}`);
    }
    context.signal.throwIfAborted();
    return node.task.run(context);
  }
}
