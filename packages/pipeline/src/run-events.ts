import type { Clock } from './clock.js';
import type { PipelineEvent, RunEvent, TaskEvent } from './event.js';
import { createEventStream } from './event-stream.js';
import type { RunNode } from './run-node.js';
import { resultOf } from './run-node.js';

/** For `RunEvents`. */
export interface RunEventsOptions {
  readonly clock: Clock;
  onEvent?(event: PipelineEvent): void;
  /** All nodes of the run, for consumers that join late. */
  nodes(): readonly RunNode[];
  /** Gets what `onEvent` throws. */
  onError(error: unknown): void;
}

/** What a run tells: to the consumers of its stream, and to its `onEvent`. Nothing once it has ended. */
export class RunEvents {
  readonly stream = createEventStream(() => this.#past());
  readonly #options: RunEventsOptions;
  /** Events of the run itself: at most four. */
  readonly #ofRun: RunEvent[] = [];
  #hasEnded = false;

  constructor(options: RunEventsOptions) {
    this.#options = options;
  }

  run(state: RunEvent['state'], reason?: Error, atMs: number = this.#options.clock.now()): void {
    const event: RunEvent = { type: 'run', atMs, state, ...(reason === undefined ? {} : { reason: reason.message }) };
    this.#ofRun.push(event);
    this.#emit(event);
  }

  task(node: RunNode): void {
    if (this.#isHeard) this.#emit(taskEvent(node, this.#options.clock.now()));
  }

  log(name: string, line: string): void {
    if (this.#isHeard) this.#emit({ type: 'log', atMs: this.#options.clock.now(), name, line });
  }

  progress(name: string, text: string): void {
    if (this.#isHeard) this.#emit({ type: 'progress', atMs: this.#options.clock.now(), name, text });
  }

  end(): void {
    this.#hasEnded = true;
    this.stream.end();
  }

  // Most runs in memory tell nobody: their events are not even made.
  get #isHeard(): boolean {
    return this.#options.onEvent !== undefined || this.stream.hasConsumers;
  }

  #emit(event: PipelineEvent): void {
    if (this.#hasEnded) return; // a task that was given up and still talks
    this.stream.push(event);
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** How things stand: what the run has said of itself, with the last state of each task in between. */
  *#past(): Generator<PipelineEvent> {
    const [first, ...others] = this.#ofRun;
    if (first === undefined) return;
    yield first;
    for (const node of this.#options.nodes()) {
      const { state, attempt, startedMs, endedMs } = node;
      if (state !== 'pending' || attempt > 0) yield taskEvent(node, endedMs ?? startedMs ?? first.atMs);
    }
    yield* others;
  }
}

function taskEvent(node: RunNode, atMs: number): TaskEvent {
  const { name, state, attempt, reason, error, endedMs } = node;
  return {
    type: 'task',
    atMs,
    name,
    state,
    attempt,
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
    ...(endedMs === undefined ? {} : { durationMs: resultOf(node).durationMs }),
  };
}
