import { Cancellation, toError } from './cancellation.js';
import type { Clock } from './clock.js';
import { decideEarlyEnds } from './early-ends.js';
import type { PipelineEvent } from './event.js';
import type { Graph } from './graph.js';
import { ResourcePool } from './resource-pool.js';
import type { RunResult } from './result.js';
import { RunEvents } from './run-events.js';
import type { RunJournal } from './run-journal.js';
import { ownedJournal } from './run-journal.js';
import { RunLedger } from './run-ledger.js';
import { runResultOf, runStateOf } from './run-outcome.js';
import { Schedule } from './schedule.js';
import type { Selection } from './selection.js';
import type { TakeoverOptions } from './takeover.js';
import { isStillThere } from './verification.js';

/** What a run goes by; every default is filled in. */
export interface EngineOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal | undefined;
  readonly abandonSignal: AbortSignal | undefined;
  readonly selection: Selection | undefined;
  readonly resume: boolean;
  readonly maxParallel: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly timeoutMs: number | undefined;
  readonly graceMs: number;
  readonly cleanupTimeoutMs: number;
  /** The one task that runs whatever its `when` says. */
  readonly step?: string;
  readonly expectedMs?: ((name: string) => number | undefined) | undefined;
  readonly onEvent?: ((event: PipelineEvent) => void) | undefined;
  createJournal(verify: TakeoverOptions['verify']): RunJournal;
}

/**
 * One run of a graph: opens the journal, lets the schedule run the tasks, closes the journal.
 *
 * In all its parts each step is: change a node, make it durable, tell, act upon it.
 */
export class RunEngine {
  readonly #options: EngineOptions;
  readonly #journal: RunJournal;
  readonly #ledger: RunLedger;
  readonly #events: RunEvents;
  readonly #cancellation: Cancellation;
  readonly #schedule: Schedule;

  constructor(graph: Graph, options: EngineOptions) {
    const { clock, resources, expectedMs, onEvent } = options;
    this.#options = options;
    const onError = (error: unknown) => this.#cancellation.stop(error);
    this.#cancellation = new Cancellation(options, (reason) => this.#onStop(reason));
    this.#events = new RunEvents({
      clock,
      onError,
      nodes: () => this.#ledger.nodes,
      ...(onEvent === undefined ? {} : { onEvent }),
    });
    const journal = options.createJournal((task, output) =>
      isStillThere(task, output, {
        signal: this.#cancellation.signal,
        log: (line) => this.#events.log(task.name, line),
      }),
    );
    this.#journal = ownedJournal(journal, options.abandonSignal);
    this.#ledger = new RunLedger(graph, {
      journal: this.#journal,
      onError,
      ...(expectedMs === undefined ? {} : { expectedMs }),
    });
    const parts = { clock, ledger: this.#ledger, events: this.#events, cancellation: this.#cancellation };
    this.#schedule = new Schedule(
      {
        ...parts,
        resources:
          Object.keys(resources).length === 0
            ? undefined
            : new ResourcePool(resources, (turn) => this.#ledger.nodeOfTurn(turn)),
      },
      options,
    );
  }

  get events(): AsyncIterable<PipelineEvent> {
    return this.#events.stream;
  }

  async run(): Promise<RunResult> {
    const { clock, selection, resume } = this.#options;
    this.#cancellation.followSignals();
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
    const { isAbandoned } = this.#cancellation;
    for (const node of this.#ledger.nodes) if (isAbandoned || !node.task.cleanup) node.current?.stop(reason);
    this.#schedule.pump();
  }

  async #close(startedMs: number): Promise<RunResult> {
    const endedMs = this.#options.clock.now();
    let failure: Error | undefined;
    try {
      await this.#journal.close(runStateOf(this.#ledger.nodes, this.#cancellation.reason), endedMs);
    } catch (error) {
      failure = toError(error);
    }
    const reason = this.#cancellation.reason ?? failure;
    const result = runResultOf(this.#ledger, { startedMs, endedMs, reason });
    this.#events.run(result.state, reason, endedMs);
    return result;
  }
}
