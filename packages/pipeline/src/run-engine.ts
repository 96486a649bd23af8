import { Cancellation, toError } from './cancellation.js';
import type { Clock } from './clock.js';
import { decideEarlyEnds } from './early-ends.js';
import type { PipelineEvent } from './event.js';
import type { Graph } from './graph.js';
import type { RunResult } from './result.js';
import { RunEvents } from './run-events.js';
import type { RunOptions } from './run-graph.js';
import type { RunJournal } from './run-journal.js';
import { createRunJournal } from './run-journal.js';
import { RunLedger } from './run-ledger.js';
import { runResultOf, runStateOf } from './run-outcome.js';
import { Schedule } from './schedule.js';
import { TaskRunner } from './task-runner.js';
import { isStillThere } from './verification.js';

/** Options with their defaults filled in. */
export interface EngineOptions extends Omit<RunOptions, 'redo'> {
  readonly clock: Clock;
  readonly random: () => number;
  readonly resume: boolean;
  readonly redo: ReadonlySet<string>;
  readonly maxParallel: number;
  readonly graceMs: number;
  readonly cleanupTimeoutMs: number;
}

/**
 * One run of a graph: opens the journal, lets the schedule run the tasks, closes the journal.
 *
 * In all its parts each step is: change a node, make it durable, tell, act upon it.
 */
export class RunEngine {
  readonly #graph: Graph;
  readonly #options: EngineOptions;
  readonly #journal: RunJournal;
  readonly #ledger: RunLedger;
  readonly #events: RunEvents;
  readonly #cancellation: Cancellation;
  readonly #schedule: Schedule;

  constructor(graph: Graph, options: EngineOptions) {
    const { clock, selection, redo, resume, meta } = options;
    this.#graph = graph;
    this.#options = options;
    const stop = (error: unknown) => this.#cancellation.stop(error);
    this.#cancellation = new Cancellation(options, (reason) => this.#onStop(reason));
    this.#events = new RunEvents(options, stop);
    this.#journal = createRunJournal(graph, options.journal, {
      selection,
      redo,
      resume,
      meta,
      verify: (task, output) =>
        isStillThere(task, output, {
          signal: this.#cancellation.signal,
          log: (line) => this.#events.log(task.name, line),
        }),
    });
    this.#ledger = new RunLedger(graph, this.#journal, stop);
    const parts = { clock, ledger: this.#ledger, events: this.#events, cancellation: this.#cancellation };
    this.#schedule = new Schedule({ ...parts, runner: new TaskRunner(parts, options) }, options);
  }

  get events(): AsyncIterable<PipelineEvent> {
    return this.#events.stream;
  }

  async run(): Promise<RunResult> {
    const { clock, selection, resume } = this.#options;
    this.#cancellation.followSignal();
    try {
      const startedMs = clock.now();
      const takeover = await this.#journal.open(startedMs);
      this.#events.run('running');
      this.#cancellation.startTimer();
      if (takeover !== undefined) this.#ledger.adopt(takeover.checkpoints);
      await this.#schedule.run(decideEarlyEnds(this.#ledger.nodes, { takeover, selection, resume }));
      return await this.#close(startedMs);
    } finally {
      this.#cancellation.end();
      this.#events.end();
    }
  }

  cancel(reason: Error): void {
    this.#cancellation.stop(reason);
  }

  #onStop(reason: Error): void {
    this.#events.run('stopping', reason);
    for (const node of this.#ledger.nodes) if (!node.task.cleanup) node.stop?.(reason);
    this.#schedule.pump();
  }

  async #close(startedMs: number): Promise<RunResult> {
    const endedMs = this.#options.clock.now();
    const { results } = this.#ledger;
    let failure: Error | undefined;
    try {
      await this.#journal.close(runStateOf(results, this.#cancellation.reason), endedMs);
    } catch (error) {
      failure = toError(error);
    }
    const reason = this.#cancellation.reason ?? failure;
    const result = runResultOf(this.#graph, { startedMs, endedMs, reason, results });
    this.#events.run(result.state, reason, endedMs);
    return result;
  }
}
