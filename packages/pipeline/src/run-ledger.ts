import type { Graph } from './graph.js';
import type { Json } from './json.js';
import { toJson } from './output.js';
import type { TaskResult } from './result.js';
import type { RunJournal } from './run-journal.js';
import type { RunNode } from './run-node.js';
import { createNodes, resultOf } from './run-node.js';

/** All that is known in a run, and what makes it durable: its nodes, their results and checkpoints. */
export class RunLedger {
  /** In the graph's order. */
  readonly nodes: readonly RunNode[];
  /** Of ended nodes, by name. */
  readonly results = Object.create(null) as Record<string, TaskResult>;
  /** Last ones, by name. */
  readonly checkpoints = Object.create(null) as Record<string, Json | undefined>;
  readonly #byName: ReadonlyMap<string, RunNode>;
  readonly #journal: Pick<RunJournal, 'record' | 'checkpoint'>;
  readonly #onError: (error: unknown) => void;

  /** `onError` gets what the journal throws when a state cannot be recorded; the run's cleanup goes on without it. */
  constructor(graph: Graph, journal: Pick<RunJournal, 'record' | 'checkpoint'>, onError: (error: unknown) => void) {
    this.nodes = createNodes(graph);
    this.#byName = new Map(this.nodes.map((node) => [node.task.name, node]));
    this.#journal = journal;
    this.#onError = onError;
  }

  /** Whether states are recorded at all. */
  get isDurable(): boolean {
    return this.#journal.record !== undefined;
  }

  /** The node of a task of the graph. */
  nodeOf(name: string): RunNode {
    return this.#byName.get(name) as RunNode;
  }

  /** Takes over checkpoints of an earlier run, also of tasks that are not in this one's graph. */
  adopt(checkpoints: ReadonlyMap<string, Json>): void {
    for (const [name, value] of checkpoints) {
      this.checkpoints[name] = value;
      const node = this.#byName.get(name);
      if (node !== undefined) node.checkpoint = value;
    }
  }

  /** Makes a node's state durable. Never rejects. */
  async record(node: RunNode): Promise<void> {
    try {
      await this.#journal.record?.(resultOf(node));
    } catch (error) {
      this.#onError(error);
    }
  }

  /**
   * Makes a node's checkpoint durable, after those before it.
   *
   * @throws {PipelineError} `OUTPUT_NOT_JSON`, `JOURNAL_FAILED`.
   */
  async checkpoint(node: RunNode, value: Json): Promise<void> {
    const { name } = node.task;
    const kept = toJson(value) ?? null;
    const before = node.writes;
    const write = async () => {
      await before.catch(() => undefined); // told to whoever wrote that one
      await this.#journal.checkpoint(name, kept);
      node.checkpoint = kept;
      this.checkpoints[name] = kept;
    };
    node.writes = write();
    await node.writes;
  }

  /** Shows an ended node to tasks and to the run's result. */
  publish(node: RunNode): void {
    this.results[node.task.name] = resultOf(node);
  }
}
