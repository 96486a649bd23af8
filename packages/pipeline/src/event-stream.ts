import type { PipelineEvent } from './event.js';
import type { EventQueue } from './event-queue.js';
import { createEventQueue } from './event-queue.js';

/** Events for any number of consumers, each at its own pace. */
export interface EventStream extends AsyncIterable<PipelineEvent> {
  /** Whether anybody would get a pushed event. */
  readonly hasConsumers: boolean;
  push(event: PipelineEvent): void;
  /** No more events: consumers end when they have read what is left. */
  end(): void;
}

/**
 * Makes a stream of events. A consumer gets what comes after it asked for the iterator, and before that `past`: what
 * it must know of the time before, in a few events.
 *
 * What a consumer has not read waits in memory: events of state all of them, logs and progress only the newest
 * 1,000; the next of these then says how many were dropped.
 */
export function createEventStream(past: () => Iterable<PipelineEvent> = () => []): EventStream {
  const queues = new Set<EventQueue>();
  let hasEnded = false;
  return {
    get hasConsumers() {
      return queues.size > 0;
    },
    push(event) {
      for (const queue of queues) queue.push(event);
    },
    end() {
      hasEnded = true;
      for (const queue of queues) queue.end();
      queues.clear();
    },
    [Symbol.asyncIterator]() {
      const queue = createEventQueue();
      for (const event of past()) queue.push(event);
      if (hasEnded) queue.end();
      else queues.add(queue);
      return {
        next: () => queue.next(),
        async return() {
          queues.delete(queue);
          return { done: true, value: undefined };
        },
      };
    },
  };
}
