/** Keeps the last lines it is given. */
export interface OutputTail {
  push(line: string): void;
  /** The kept lines, oldest first, joined by line feeds. */
  toString(): string;
}

/** Holds at most `maxLines` lines of at most `maxLineLength` characters each, however much goes through. */
export function createOutputTail({ maxLines = 50, maxLineLength = 4_000 } = {}): OutputTail {
  const lines: string[] = [];
  return {
    push(line) {
      lines.push(line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line);
      if (lines.length > maxLines) lines.shift();
    },
    toString: () => lines.join('\n'),
  };
}
