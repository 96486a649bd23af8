import type { PipelineEvent } from './event.js';

/** Log and progress events kept for a slow consumer. */
const KEPT = 1000;

/** Events for any number of consumers, each at its own pace. */
export interface EventStream extends AsyncIterable<PipelineEvent> {
  push(event: PipelineEvent): void;
  /** No more events: consumers end when they have read what is left. */
  end(): void;
}

/**
 * Makes a stream of events. The first consumer gets all from the beginning, later ones from where they join.
 *
 * What a consumer has not read waits in memory: events of state all of them, logs and progress only the newest
 * 1,000; the next of these then says how many were dropped.
 */
export function createEventStream(): EventStream {
  let backlog: Queue | undefined = createQueue();
  const queues = new Set<Queue>([backlog]);
  let hasEnded = false;
  return {
    push: (event) => queues.forEach((queue) => queue.push(event)),
    end() {
      hasEnded = true;
      queues.forEach((queue) => queue.end());
    },
    [Symbol.asyncIterator]() {
      const queue = backlog ?? createQueue();
      backlog = undefined;
      if (hasEnded) queue.end();
      queues.add(queue);
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

interface Queue {
  push(event: PipelineEvent): void;
  end(): void;
  next(): Promise<IteratorResult<PipelineEvent>>;
}

interface Entry {
  readonly event: PipelineEvent;
  next?: Entry | undefined;
}

// A linked list with a dummy head: dropping from its middle keeps the order of the rest.
function createQueue(): Queue {
  const head: { next?: Entry | undefined } = {};
  let tail: { next?: Entry | undefined } = head;
  let kept = 0;
  let pendingDropped = 0;
  let hasEnded = false;
  let readers: ((result: IteratorResult<PipelineEvent>) => void)[] = [];

  const take = (): PipelineEvent | undefined => {
    const entry = head.next;
    if (entry === undefined) return undefined;
    head.next = entry.next;
    if (entry === tail) tail = head;
    if (!isDroppable(entry.event)) return entry.event;
    kept -= 1;
    const dropped = pendingDropped;
    pendingDropped = 0;
    return dropped === 0 ? entry.event : ({ ...entry.event, dropped } as PipelineEvent);
  };
  const dropOldest = () => {
    let before: { next?: Entry | undefined } = head;
    while (before.next !== undefined && !isDroppable(before.next.event)) before = before.next;
    const victim = before.next;
    if (victim === undefined) return;
    before.next = victim.next;
    if (victim === tail) tail = before;
    kept -= 1;
    pendingDropped += 1;
  };

  return {
    push(event) {
      const reader = readers.shift();
      if (reader !== undefined) return reader({ done: false, value: event });
      const entry: Entry = { event };
      tail.next = entry;
      tail = entry;
      if (!isDroppable(event)) return;
      kept += 1;
      if (kept > KEPT) dropOldest();
    },
    end() {
      hasEnded = true;
      readers.forEach((reader) => reader({ done: true, value: undefined }));
      readers = [];
    },
    next() {
      const event = take();
      if (event !== undefined) return Promise.resolve({ done: false, value: event });
      if (hasEnded) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => readers.push(resolve));
    },
  };
}

function isDroppable(event: PipelineEvent): boolean {
  return event.type === 'log' || event.type === 'progress';
}
