import type { Graph } from './graph.js';
import { indexOf } from './graph.js';
import type { Turns } from './graph-index.js';
import { turnsOf } from './graph-index.js';
import type { Json } from './json.js';
import { toJson } from './output.js';
import type { TaskResult } from './result.js';
import type { RunJournal } from './run-journal.js';
import type { RunNode } from './run-node.js';
import { createNodes, resultOf } from './run-node.js';

/** For `RunLedger`. */
export interface RunLedgerOptions {
  readonly journal: Pick<RunJournal, 'record' | 'checkpoint'>;
  expectedMs?(name: string): number | undefined;
  /** Gets what the journal throws when a state cannot be recorded; the run's cleanup goes on without it. */
  onError(error: unknown): void;
}

/** All that is known in a run, and what makes it durable: its nodes, their results and checkpoints. */
export class RunLedger {
  /** In the graph's order. */
  readonly nodes: readonly RunNode[];
  /** Last ones, by name. */
  readonly checkpoints = Object.create(null) as Record<string, Json | undefined>;
  readonly #turns: Turns;
  readonly #byName: ReadonlyMap<string, number>;
  readonly #options: RunLedgerOptions;
  readonly #results = Object.create(null) as Record<string, TaskResult>;
  /** Ended nodes that are not among the results yet: they are added when somebody looks. */
  #unpublished: RunNode[] = [];

  constructor(graph: Graph, options: RunLedgerOptions) {
    const { nodes, byName, turns } = indexOf(graph);
    this.#turns = options.expectedMs === undefined ? turns : turnsOf(nodes, (name) => options.expectedMs?.(name));
    this.nodes = createNodes(graph, this.#turns);
    this.#byName = byName;
    this.#options = options;
  }

  /** Whether states are recorded at all. */
  get isDurable(): boolean {
    return this.#options.journal.record !== undefined;
  }

  /** Of nodes that have ended, by name. */
  get results(): Readonly<Record<string, TaskResult>> {
    for (const node of this.#unpublished) this.#results[node.name] = resultOf(node);
    this.#unpublished = [];
    return this.#results;
  }

  /** The node of a task's number. */
  nodeAt(index: number): RunNode {
    return this.nodes[index] as RunNode;
  }

  /** The node whose turn it is. */
  nodeOfTurn(turn: number): RunNode {
    return this.nodes[this.#turns.taskAt[turn] as number] as RunNode;
  }

  /** Takes over checkpoints of an earlier run, also of tasks that are not in this one's graph. */
  adopt(checkpoints: ReadonlyMap<string, Json>): void {
    for (const [name, value] of checkpoints) {
      this.checkpoints[name] = value;
      const index = this.#byName.get(name);
      if (index !== undefined) this.nodeAt(index).checkpoint = value;
    }
  }

  /** Makes a node's state durable. Never rejects. */
  async record(node: RunNode): Promise<void> {
    try {
      await this.#options.journal.record?.(resultOf(node));
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /**
   * Makes a node's checkpoint durable, after those before it.
   *
   * @throws {PipelineError} `OUTPUT_NOT_JSON`, `JOURNAL_FAILED`.
   */
  async checkpoint(node: RunNode, value: Json): Promise<void> {
    const kept = toJson(value) ?? null;
    const before = node.writes;
    const write = async () => {
      await before?.catch(() => undefined); // told to whoever wrote that one
      await this.#options.journal.checkpoint(node.name, kept);
      node.checkpoint = kept;
      this.checkpoints[node.name] = kept;
    };
    const writes = write();
    node.writes = writes;
    await writes;
  }

  /** Shows an ended node to tasks and to the run's result. */
  publish(node: RunNode): void {
    this.#unpublished.push(node);
  }
}
