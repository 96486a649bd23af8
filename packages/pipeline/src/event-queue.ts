import type { PipelineEvent } from './event.js';

/** Log and progress events kept for a slow consumer. */
const KEPT = 1000;

/** What one consumer has yet to read. */
export interface EventQueue {
  push(event: PipelineEvent): void;
  end(): void;
  next(): Promise<IteratorResult<PipelineEvent>>;
}

interface Entry {
  readonly event: PipelineEvent;
  readonly at: number;
}

/**
 * Makes a queue that keeps all events of state, and of logs and progress the newest 1,000. These lie in a line of
 * their own, so that the oldest is at hand when it must go.
 */
export function createEventQueue(): EventQueue {
  const states = createLine();
  const lines = createLine();
  let count = 0;
  let dropped = 0;
  let hasEnded = false;
  let readers: ((result: IteratorResult<PipelineEvent>) => void)[] = [];

  const take = (): PipelineEvent | undefined => {
    const state = states.peek();
    const line = lines.peek();
    if (line === undefined || (state !== undefined && state.at < line.at)) return states.shift()?.event;
    lines.shift();
    const event = dropped === 0 ? line.event : ({ ...line.event, dropped } as PipelineEvent);
    dropped = 0;
    return event;
  };

  return {
    push(event) {
      const reader = readers.shift();
      if (reader !== undefined) return reader({ done: false, value: event });
      count += 1;
      if (event.type === 'task' || event.type === 'run') return states.push({ event, at: count });
      lines.push({ event, at: count });
      if (lines.length() <= KEPT) return;
      lines.shift();
      dropped += 1;
    },
    end() {
      hasEnded = true;
      for (const reader of readers) reader({ done: true, value: undefined });
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

// First in, first out; what was taken is let go of from time to time.
function createLine() {
  let entries: (Entry | undefined)[] = [];
  let first = 0;
  return {
    length: () => entries.length - first,
    push: (entry: Entry) => void entries.push(entry),
    peek: () => entries[first],
    shift() {
      const entry = entries[first];
      if (entry === undefined) return undefined;
      entries[first] = undefined;
      first += 1;
      if (first > KEPT && first * 2 > entries.length) {
        entries = entries.slice(first);
        first = 0;
      }
      return entry;
    },
  };
}
