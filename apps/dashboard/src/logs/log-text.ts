import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** Characters of a line that are shown. */
export const MAX_LINE = 20_000;

/**
 * Splits bytes into lines while they arrive; a line longer than {@link MAX_LINE} is cut, with a note of what is missing,
 * and never held whole. Bytes that are no UTF-8 become `\uFFFD`.
 */
export async function* splitLines(chunks: AsyncIterable<unknown>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let [line, left] = ['', 0];
  const take = (part: string): void => {
    const room = Math.max(0, MAX_LINE - line.length);
    line += part.slice(0, room);
    left += Math.max(0, part.length - room);
  };
  const finish = (): string => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    const whole = left === 0 ? text : `${text} [${left} characters left out]`;
    [line, left] = ['', 0];
    return whole;
  };
  let hasRest = false;
  for await (const chunk of chunks) {
    const parts = decoder.write(chunk as Buffer).split('\n');
    for (const [at, part] of parts.entries()) {
      take(part);
      if (at < parts.length - 1) yield finish();
    }
    hasRest = line !== '' || left > 0;
  }
  if (hasRest) yield finish();
}

/** What a search looks at: text without colours, in lower case. */
export function searchable(line: string): string {
  return (line.includes('\u001b') ? stripVTControlCharacters(line) : line).toLowerCase();
}
