/** The last lines of an output, whatever its length. */
export interface OutputTail {
  push(line: string): void;
  /** Oldest first; says how many lines before them were left out. */
  text(): string;
}

/** Characters of one line that are kept. */
const MAX_LINE_LENGTH = 4_000;

export function createOutputTail(lines: number): OutputTail {
  const kept: string[] = [];
  let left = 0;
  return {
    push(line) {
      kept.push(
        line.length > MAX_LINE_LENGTH
          ? `${line.slice(0, MAX_LINE_LENGTH)} [${line.length - MAX_LINE_LENGTH} characters left out]`
          : line,
      );
      if (kept.length <= lines) return;
      kept.shift();
      left += 1;
    },
    text: () => [...(left > 0 ? [`[${left} lines left out]`] : []), ...kept].join('\n'),
  };
}
