// Colours and cursor movements of terminals (ECMA-48 CSI, OSC): noise in a report.
// eslint-disable-next-line no-control-regex -- escape sequences are control characters
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** Cuts bytes into lines. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Hands over what is left without a line end. */
  end(): void;
}

/** Longest line handed over in one piece; what goes on for longer comes in several. */
const MAX_LINE_CHARS = 16_384;

/**
 * Decodes UTF-8, invalid bytes as U+FFFD, and hands over line by line, without line ends. Holds at most one line of
 * `maxLineChars`, whatever comes in.
 */
export function createLineSplitter(
  onLine: (line: string) => void,
  { maxLineChars = MAX_LINE_CHARS }: { readonly maxLineChars?: number } = {},
): LineSplitter {
  const decoder = new TextDecoder();
  let pending = '';
  const take = (text: string) => {
    pending += text;
    let from = 0;
    for (let at = pending.indexOf('\n'); at >= 0; at = pending.indexOf('\n', from)) {
      hand(pending.slice(from, at));
      from = at + 1;
    }
    pending = pending.slice(from);
    while (pending.length > maxLineChars) pending = pending.slice(hand(pending.slice(0, maxLineChars)));
  };
  const hand = (line: string): number => {
    for (let from = 0; ; from += maxLineChars) {
      onLine(line.slice(from, from + maxLineChars).replace(/\r$/, ''));
      if (from + maxLineChars >= line.length) return line.length;
    }
  };
  return {
    push: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end() {
      take(decoder.decode());
      if (pending !== '') hand(pending);
      pending = '';
    },
  };
}

/** The last lines of an output. */
export interface OutputTail {
  push(line: string): void;
  /** The lines, oldest first; says on top how many came before. */
  toString(): string;
}

const MAX_TAIL_LINE_CHARS = 4_000;

/** Keeps the last `maxLines` lines of at most 4,000 characters each, without colours. */
export function createOutputTail(maxLines: number): OutputTail {
  const lines: string[] = [];
  let dropped = 0;
  return {
    push(line) {
      const plain = line.replace(ESCAPE_SEQUENCE, '');
      lines.push(plain.length > MAX_TAIL_LINE_CHARS ? `${plain.slice(0, MAX_TAIL_LINE_CHARS)}…` : plain);
      if (lines.length <= maxLines) return;
      lines.shift();
      dropped += 1;
    },
    toString() {
      const text = lines.join('\n');
      return dropped === 0 ? text : `… ${dropped} lines before\n${text}`;
    },
  };
}
