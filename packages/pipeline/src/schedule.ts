import type { Cancellation } from './cancellation.js';
import type { Clock } from './clock.js';
import { decide } from './decision.js';
import { createReadyQueue } from './ready-queue.js';
import type { RunEvents } from './run-events.js';
import type { RunLedger } from './run-ledger.js';
import type { NodeEnd, RunNode } from './run-node.js';
import { isStartedBefore } from './run-node.js';
import type { TaskRunner } from './task-runner.js';

/** What a schedule works with. */
export interface ScheduleDeps {
  readonly clock: Clock;
  readonly ledger: RunLedger;
  readonly events: RunEvents;
  readonly cancellation: Cancellation;
  readonly runner: TaskRunner;
}

/** Which node is next: decides those whose predecessors have ended, starts those that are ready and have a place. */
export class Schedule {
  readonly #deps: ScheduleDeps;
  readonly #maxParallel: number;
  readonly #ready = createReadyQueue<RunNode>(isStartedBefore);
  /** Nodes whose predecessors have all ended. */
  readonly #decidable: RunNode[] = [];
  #isPumping = false;
  #running = 0;
  #left: number;
  #finish: () => void = () => undefined;
  #crash: (error: unknown) => void = () => undefined;

  constructor(deps: ScheduleDeps, { maxParallel }: { readonly maxParallel: number }) {
    this.#deps = deps;
    this.#maxParallel = maxParallel;
    this.#left = deps.ledger.nodes.length;
  }

  /** Ends these nodes as they are told, runs the others, and resolves when all have ended. */
  async run(early: ReadonlyMap<RunNode, NodeEnd>): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#finish = resolve;
      this.#crash = reject;
      if (this.#left === 0) resolve();
      for (const node of this.#deps.ledger.nodes) {
        const end = early.get(node);
        if (end !== undefined) this.#end(node, end);
        else if (node.waiting === 0) this.#decidable.push(node);
      }
      this.pump();
    });
  }

  /** Acts upon all that is known. Not re-entered: what ends meanwhile only adds to its work. */
  pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (;;) {
      const node = this.#decidable.pop();
      if (node !== undefined) this.#decide(node);
      else if (!this.#startNext()) break;
    }
    this.#isPumping = false;
  }

  #decide(node: RunNode): void {
    if (node.isDecided) return;
    node.isDecided = true;
    const decision = decide(node.task, (name) => this.#deps.ledger.nodeOf(name));
    if (decision.run) return this.#ready.push(node);
    node.isLeftOut = decision.isLeftOut;
    this.#end(node, { state: 'skipped', reason: decision.reason });
  }

  /** Starts, or ends unstarted, the first node that is ready. False when there is none, or no place for it. */
  #startNext(): boolean {
    const { cancellation } = this.#deps;
    const isFull = this.#running >= this.#maxParallel;
    if (isFull && cancellation.reason === undefined) return false;
    const node = this.#ready.pop();
    if (node === undefined) return false;
    if (cancellation.holdsBack(node)) {
      this.#end(node, cancellation.endOf(node));
    } else if (isFull) {
      this.#ready.push(node);
      return false;
    } else {
      this.#guard(this.#run(node));
    }
    return true;
  }

  async #run(node: RunNode): Promise<void> {
    const { runner } = this.#deps;
    this.#running += 1;
    const verdict = await runner.attempt(node);
    this.#running -= 1;
    if (verdict.kind === 'end') {
      this.#end(node, verdict.end);
    } else {
      // A pause holds no place. After it the node is ready again; if the run is stopped, the queue ends it.
      const again = () => {
        this.#ready.push(node);
        this.pump();
      };
      this.#guard(runner.pause(node, verdict).then(again));
    }
    this.pump();
  }

  /** Ends a node; those that wait for it are looked at once that is durable. */
  #end(node: RunNode, { state, output, error, reason, isRecorded = false }: NodeEnd): void {
    const { clock, ledger } = this.#deps;
    Object.assign(node, { state, output, error, reason });
    node.endedMs ??= clock.now();
    if (isRecorded || !ledger.isDurable) return this.#settle(node);
    this.#guard(
      ledger.record(node).then(() => {
        this.#settle(node);
        this.pump();
      }),
    );
  }

  #settle(node: RunNode): void {
    const { ledger, events } = this.#deps;
    ledger.publish(node);
    events.task(node);
    for (const dependent of node.dependents) {
      dependent.waiting -= 1;
      if (dependent.waiting === 0) this.#decidable.push(dependent);
    }
    this.#left -= 1;
    if (this.#left === 0) this.#finish();
  }

  #guard(work: Promise<void>): void {
    work.catch((error: unknown) => this.#crash(error));
  }
}
