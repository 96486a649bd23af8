import type { Clock } from './clock.js';
import type { PipelineEvent } from './event.js';
import { createEventStream } from './event-stream.js';
import type { RunNode } from './run-node.js';
import { resultOf } from './run-node.js';

/** For `RunEvents`. */
export interface RunEventsOptions {
  readonly clock: Clock;
  onEvent?(event: PipelineEvent): void;
}

type RunState = Extract<PipelineEvent, { type: 'run' }>['state'];

/** What a run tells: to the consumers of its stream, and to its `onEvent`. Nothing once it has ended. */
export class RunEvents {
  readonly stream = createEventStream();
  readonly #options: RunEventsOptions;
  readonly #onError: (error: unknown) => void;
  #hasEnded = false;

  /** `onError` gets what `onEvent` throws. */
  constructor(options: RunEventsOptions, onError: (error: unknown) => void) {
    this.#options = options;
    this.#onError = onError;
  }

  run(state: RunState, reason?: Error, atMs: number = this.#options.clock.now()): void {
    this.#emit({ type: 'run', atMs, state, ...(reason === undefined ? {} : { reason: reason.message }) });
  }

  task(node: RunNode): void {
    const { task, state, attempt, reason, error, endedMs } = node;
    this.#emit({
      type: 'task',
      atMs: this.#options.clock.now(),
      name: task.name,
      state,
      attempt,
      ...(reason === undefined ? {} : { reason }),
      ...(error === undefined ? {} : { error }),
      ...(endedMs === undefined ? {} : { durationMs: resultOf(node).durationMs }),
    });
  }

  log(name: string, line: string): void {
    this.#emit({ type: 'log', atMs: this.#options.clock.now(), name, line });
  }

  progress(name: string, text: string): void {
    this.#emit({ type: 'progress', atMs: this.#options.clock.now(), name, text });
  }

  end(): void {
    this.#hasEnded = true;
    this.stream.end();
  }

  #emit(event: PipelineEvent): void {
    if (this.#hasEnded) return; // a task that was given up and still talks
    this.stream.push(event);
    try {
      this.#options.onEvent?.(event);
    } catch (error) {
      this.#onError(error);
    }
  }
}
