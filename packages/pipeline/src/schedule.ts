import type { AttemptVerdict } from './attempt-verdict.js';
import type { Decision } from './decision.js';
import { decide, decideByPredicate, RUN } from './decision.js';
import { createReadyQueue } from './ready-queue.js';
import type { ResourcePool } from './resource-pool.js';
import { toTaskError } from './result.js';
import type { NodeEnd, RunNode } from './run-node.js';
import { resultOf } from './run-node.js';
import type { AttemptListener, TaskRunnerDeps, TaskRunnerOptions } from './task-runner.js';
import { TaskRunner } from './task-runner.js';

/** What a schedule works with. */
export interface ScheduleDeps extends TaskRunnerDeps {
  /** `undefined` if no resource is limited. */
  readonly resources: ResourcePool | undefined;
}

/** For `Schedule`. */
export interface ScheduleOptions extends TaskRunnerOptions {
  readonly maxParallel: number;
  /** The one task that runs whatever its `when` says. */
  readonly step?: string | undefined;
}

/** Which node is next: decides those whose predecessors have ended, starts those that are ready and have a place. */
export class Schedule implements AttemptListener {
  readonly #deps: ScheduleDeps;
  readonly #options: ScheduleOptions;
  readonly #runner: TaskRunner;
  /** Turns of nodes that may start. */
  readonly #ready = createReadyQueue();
  /** Nodes whose predecessors have all ended. */
  readonly #decidable: RunNode[] = [];
  #isPumping = false;
  #running = 0;
  #left: number;
  #finish: () => void = () => undefined;
  #crash: (error: unknown) => void = () => undefined;

  constructor(deps: ScheduleDeps, options: ScheduleOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#runner = new TaskRunner(deps, options, this);
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

  /**
   * Acts upon all that is known. Not re-entered: what ends meanwhile only adds to its work.
   *
   * @param nowMs the time, if it was just looked at: what starts first starts then
   */
  pump(nowMs?: number): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    if (this.#deps.cancellation.reason !== undefined) this.#wake(this.#deps.resources?.drain());
    let startMs = nowMs;
    for (;;) {
      const node = this.#decidable.pop();
      if (node !== undefined) this.#decide(node);
      else if (this.#startNext(startMs)) startMs = undefined;
      else break;
    }
    this.#isPumping = false;
  }

  onVerdict(node: RunNode, verdict: AttemptVerdict): void {
    const { clock, resources } = this.#deps;
    const nowMs = clock.now();
    this.#running -= 1;
    if (resources !== undefined) {
      resources.release(node);
      this.#wake(resources.next(node));
    }
    if (verdict.kind === 'end') {
      this.#end(node, verdict.end, nowMs);
    } else {
      // A pause holds no place. After it the node is ready again; if the run is stopped, the queue ends it.
      const again = () => {
        this.#ready.push(node.turn);
        this.pump();
      };
      this.#guard(this.#runner.pause(node, verdict).then(again));
    }
    this.pump(nowMs);
  }

  onCrash(error: unknown): void {
    this.#crash(error);
  }

  #decide(node: RunNode): void {
    if (node.isDecided) return;
    node.isDecided = true;
    try {
      const decision = this.#decisionOf(node);
      if (decision.run) return this.#ready.push(node.turn);
      node.isLeftOut = decision.isLeftOut;
      this.#end(node, { state: 'skipped', reason: decision.reason, failedUpstream: decision.failedUpstream });
    } catch (error) {
      // The predicate is the task's own code.
      this.#end(node, { state: 'failed', error: toTaskError(error) });
    }
  }

  #decisionOf(node: RunNode): Decision {
    const { ledger } = this.#deps;
    const { when } = node.place;
    if (node.name === this.#options.step || (when === 'all_success' && !node.isTroubled)) return RUN;
    if (typeof when === 'string') return decide(when, node.place, ledger);
    const upstream = [...node.place.needs, ...node.place.after].map((index) => ledger.nodeAt(index));
    return decideByPredicate(when, upstream.map(resultOf));
  }

  /** Starts, or ends unstarted, the first node that is ready. False when there is none, or no place for it. */
  #startNext(nowMs?: number): boolean {
    const { cancellation, resources } = this.#deps;
    const isFull = this.#running >= this.#options.maxParallel;
    if (isFull && cancellation.reason === undefined) return false;
    const turn = this.#ready.pop();
    if (turn === undefined) return false;
    const node = this.#deps.ledger.nodeOfTurn(turn);
    if (cancellation.holdsBack(node)) {
      this.#end(node, cancellation.endOf(node));
      return true;
    }
    if (isFull) {
      this.#ready.push(node.turn);
      return false;
    }
    if (resources !== undefined) {
      const hasAll = resources.take(node);
      this.#wake(resources.next(node));
      if (!hasAll) return true;
    }
    this.#running += 1;
    this.#runner.attempt(node, nowMs ?? this.#deps.clock.now());
    return true;
  }

  #wake(nodes: readonly RunNode[] = []): void {
    for (const node of nodes) this.#ready.push(node.turn);
  }

  /** Ends a node; those that wait for it are looked at once that is durable. */
  #end(node: RunNode, end: NodeEnd, nowMs?: number): void {
    const { clock, ledger } = this.#deps;
    node.state = end.state;
    node.output = end.output;
    if (node.error !== end.error) node.error = end.error;
    if (node.reason !== end.reason) node.reason = end.reason;
    if (node.failedUpstream !== end.failedUpstream) node.failedUpstream = end.failedUpstream;
    node.endedMs ??= nowMs ?? clock.now();
    if (end.isRecorded === true || !ledger.isDurable) return this.#settle(node);
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
    for (const index of node.place.dependents) {
      const dependent = ledger.nodeAt(index);
      if (node.state !== 'succeeded') dependent.isTroubled = true;
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
