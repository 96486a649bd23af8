/** The last lines of an output, within bounds however much is written. */
export interface Tail {
  add(line: string): void;
  toString(): string;
}

const MAX_LINE_CHARS = 2_000;

/** Keeps the last `maxLines` lines; of each at most 2,000 characters. @default 50 lines */
export function createTail(maxLines = 50): Tail {
  const lines: string[] = [];
  return {
    add(line) {
      lines.push(line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line);
      if (lines.length > maxLines) lines.shift();
    },
    toString: () => lines.join('\n'),
  };
}
