import { StringDecoder } from 'node:string_decoder';

/** Characters of a line that are held before its end has come; the rest of a longer one is counted and dropped. */
const MAX_HELD = 1_000_000;

/** Makes lines of the chunks of a stream. Invalid UTF-8 becomes U+FFFD; memory is bounded for any length of line. */
export interface LineSplitter {
  write(chunk: Uint8Array): void;
  /** Hands out a last line without an end. */
  end(): void;
}

export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let held = '';
  let dropped = 0;
  const flush = (): void => {
    const line = held.endsWith('\r') ? held.slice(0, -1) : held;
    onLine(dropped > 0 ? `${line} [${dropped} characters left out]` : line);
    held = '';
    dropped = 0;
  };
  const hold = (text: string): void => {
    const room = MAX_HELD - held.length;
    held += text.slice(0, room);
    dropped += Math.max(text.length - room, 0);
  };
  const take = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      hold(text.slice(start, end));
      flush();
      start = end + 1;
    }
    hold(text.slice(start));
  };
  return {
    write: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end() {
      take(decoder.end());
      if (held !== '' || dropped > 0) flush();
    },
  };
}
