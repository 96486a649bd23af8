import type { ReadyQueue } from './ready-queue.js';
import { createReadyQueue } from './ready-queue.js';
import type { RunNode } from './run-node.js';

interface Resource {
  free: number;
  /** Turns of nodes that could not have it when they were due. */
  readonly waiting: ReadyQueue;
}

/**
 * Named resources of which only so much is to be had at once. A node takes all it uses or nothing. Those that do not
 * get it wait; none overtakes another that is before it in the order of starting and waits for the same resource.
 */
export class ResourcePool {
  readonly #resources: ReadonlyMap<string, Resource>;

  readonly #nodeOfTurn: (turn: number) => RunNode;

  /** `limits`: units of each resource. What is not named has no limit. */
  constructor(limits: Readonly<Record<string, number>>, nodeOfTurn: (turn: number) => RunNode) {
    this.#nodeOfTurn = nodeOfTurn;
    this.#resources = new Map(
      Object.entries(limits).map(([name, units]) => [name, { free: units, waiting: createReadyQueue() }]),
    );
  }

  /** Whether the node has got all it uses. If not, it waits here until `release` or `drain` gives it back. */
  take(node: RunNode): boolean {
    const { uses } = node.task;
    for (const name in uses) {
      const resource = this.#resources.get(name);
      if (resource === undefined) continue;
      const first = resource.waiting.peek();
      if ((uses[name] as number) > resource.free || (first !== undefined && first < node.turn)) {
        resource.waiting.push(node.turn);
        return false;
      }
    }
    for (const name in uses) {
      const resource = this.#resources.get(name);
      if (resource !== undefined) resource.free -= uses[name] as number;
    }
    return true;
  }

  /** Takes back what the node used. */
  release({ task: { uses } }: RunNode): void {
    for (const name in uses) {
      const resource = this.#resources.get(name);
      if (resource !== undefined) resource.free += uses[name] as number;
    }
  }

  /**
   * Gives back the node that is to be tried next for what this one uses, for each of its resources: to be called
   * after a `release`, and after a node that was given back has got what it uses or waits elsewhere.
   */
  next({ task: { uses } }: RunNode): readonly RunNode[] {
    const nodes: RunNode[] = [];
    for (const name in uses) {
      const resource = this.#resources.get(name);
      const turn = resource?.waiting.peek();
      if (resource === undefined || turn === undefined) continue;
      const first = this.#nodeOfTurn(turn);
      if ((first.task.uses[name] as number) > resource.free) continue;
      resource.waiting.pop();
      nodes.push(first);
    }
    return nodes;
  }

  /** Gives back all nodes that wait. */
  drain(): readonly RunNode[] {
    const nodes: RunNode[] = [];
    for (const { waiting } of this.#resources.values()) {
      for (let turn = waiting.pop(); turn !== undefined; turn = waiting.pop()) nodes.push(this.#nodeOfTurn(turn));
    }
    return nodes;
  }
}
