import type { Redactor } from '@seatrial/cli';
import type { Observer } from './observer.js';

/** Every event of the pipeline as one line of JSON, as it happens. */
export function createJsonObserver(stream: NodeJS.WritableStream, redact: Redactor): Observer {
  return {
    event: (event) => void stream.write(`${redact(JSON.stringify(event))}\n`),
    close: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}
