import { startAttempt } from './attempt.js';
import { budgetOf } from './attempt-budget.js';
import type { AttemptVerdict } from './attempt-verdict.js';
import { judgeAttempt } from './attempt-verdict.js';
import type { Cancellation } from './cancellation.js';
import type { Clock } from './clock.js';
import type { RunEvents } from './run-events.js';
import type { RunLedger } from './run-ledger.js';
import type { RunNode } from './run-node.js';
import type { TaskContext } from './task.js';

/** For `TaskRunner`. */
export interface TaskRunnerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** How long a stopped task may take to end, in milliseconds. */
  readonly graceMs: number;
  /** Budget of a cleanup task, all its attempts, in milliseconds. */
  readonly cleanupTimeoutMs: number;
}

/** Runs one task: its attempts and the pauses between them. When they are due is not its business. */
export class TaskRunner {
  readonly #ledger: RunLedger;
  readonly #events: RunEvents;
  readonly #cancellation: Cancellation;
  readonly #options: TaskRunnerOptions;

  constructor(
    deps: { readonly ledger: RunLedger; readonly events: RunEvents; readonly cancellation: Cancellation },
    options: TaskRunnerOptions,
  ) {
    this.#ledger = deps.ledger;
    this.#events = deps.events;
    this.#cancellation = deps.cancellation;
    this.#options = options;
  }

  /** Makes an attempt, once it is durable that it begins; if the run was stopped meanwhile it does not. */
  async attempt(node: RunNode): Promise<AttemptVerdict> {
    const { clock, random, graceMs, cleanupTimeoutMs } = this.#options;
    const isFirst = node.attempt === 0;
    const nowMs = clock.now();
    node.state = 'running';
    node.attempt += 1;
    node.startedMs ??= nowMs;
    node.reason = undefined;
    if (node.task.cleanup) node.deadlineMs ??= nowMs + cleanupTimeoutMs;
    await this.#ledger.record(node);
    if (this.#cancellation.holdsBack(node)) {
      if (isFirst) Object.assign(node, { attempt: 0, startedMs: undefined });
      return { kind: 'end', end: this.#cancellation.endOf(node) };
    }
    this.#events.task(node);
    const budget = budgetOf(node, { nowMs: clock.now(), cleanupTimeoutMs });
    const run = (signal: AbortSignal) => node.task.run(this.#contextOf(node, signal));
    const attempt = startAttempt({ clock, graceMs, ...budget, run });
    node.stop = attempt.stop;
    const outcome = await attempt.outcome;
    node.stop = undefined;
    const mayRetry = !this.#cancellation.holdsBack(node);
    return judgeAttempt(node, outcome, { nowMs: clock.now(), random, mayRetry });
  }

  /** Waits before the next attempt; a stop of the run ends the wait. */
  async pause(node: RunNode, { error, delayMs }: Extract<AttemptVerdict, { kind: 'retry' }>): Promise<void> {
    const stopped = new AbortController();
    node.stop = (reason) => stopped.abort(reason);
    node.state = 'pending';
    node.error = error;
    node.reason = `attempt ${node.attempt} failed, next in ${Math.round(delayMs)} ms`;
    await this.#ledger.record(node);
    this.#events.task(node);
    if (!this.#cancellation.holdsBack(node)) {
      await this.#options.clock.sleep(delayMs, stopped.signal).catch(() => undefined); // rejects when stopped
    }
    node.stop = undefined;
  }

  #contextOf(node: RunNode, signal: AbortSignal): TaskContext {
    const { task, attempt } = node;
    const { name } = task;
    const inputs = Object.entries(task.needs).map(([key, need]) => [key, this.#ledger.nodeOf(need.name).output]);
    return {
      name,
      attempt,
      inputs: Object.fromEntries(inputs) as unknown,
      signal,
      clock: this.#options.clock,
      log: (line) => this.#events.log(name, line),
      progress: (text) => this.#events.progress(name, text),
      checkpoint: (value) => this.#ledger.checkpoint(node, value),
      checkpoints: this.#ledger.checkpoints,
      results: this.#ledger.results,
    };
  }
}
