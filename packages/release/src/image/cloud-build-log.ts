import type { LineFilter } from '@seatrial/cli';
import { StringDecoder } from 'node:string_decoder';
import type { ObjectStore } from '@seatrial/storage';

/** Reads a log that is still being written. */
export interface LogReader {
  /** Hands on the lines that were added. */
  read(): Promise<void>;
  /** Reads what is left, its last line too. */
  end(): Promise<void>;
}

/**
 * Follows an object that grows. One that is not there yet, or cannot be read right now, is empty for now: a build does not fail
 * for its log.
 */
export function createLogReader(
  store: Pick<ObjectStore, 'stat' | 'readStream'>,
  uri: string,
  lines: LineFilter,
): LogReader {
  const decoder = new StringDecoder('utf8');
  let offset = 0;
  let rest = '';
  const read = async () => {
    try {
      const sizeBytes = (await store.stat(uri))?.sizeBytes ?? 0;
      if (sizeBytes <= offset) return;
      for await (const chunk of await store.readStream(uri, { start: offset, end: sizeBytes - 1 })) {
        offset += (chunk as Buffer).length;
        const whole = (rest + decoder.write(chunk as Buffer)).split(/\r?\n/);
        rest = whole.pop() ?? '';
        for (const line of whole) if (line.trim() !== '') lines.push(line);
      }
    } catch {
      // The next read goes on where this one stopped.
    }
  };
  return {
    read,
    async end() {
      await read();
      if (rest.trim() !== '') lines.push(rest);
      rest = '';
      lines.end();
    },
  };
}
