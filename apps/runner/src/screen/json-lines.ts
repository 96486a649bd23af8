import type { Redactor } from '@seatrial/cli';
import type { Observer } from './observer.js';

/** Bytes that may wait for a slow reader. The run must not wait for it. */
const MAX_PENDING_BYTES = 256 * 1024;

/**
 * Every event of the pipeline as one line of JSON, as it happens. Log lines that come while the reader is far behind are
 * left out; the next one says in `dropped` how many.
 */
export function createJsonObserver(stream: NodeJS.WritableStream, redact: Redactor): Observer {
  let dropped = 0;
  return {
    event(event) {
      if (event.type === 'log' && ((stream as Partial<NodeJS.WriteStream>).writableLength ?? 0) > MAX_PENDING_BYTES) {
        dropped += 1;
        return;
      }
      const told = event.type === 'log' && dropped > 0 ? { ...event, dropped: dropped + (event.dropped ?? 0) } : event;
      if (event.type === 'log') dropped = 0;
      stream.write(`${redact(JSON.stringify(told))}\n`);
    },
    close: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}
