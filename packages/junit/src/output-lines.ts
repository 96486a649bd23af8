// Colours and cursor movements of terminals (ECMA-48 CSI, OSC): noise in a report.
// eslint-disable-next-line no-control-regex -- escape sequences are control characters
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;

/** Cuts bytes into lines. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Hands over what is left without a line end. */
  end(): void;
}

/** Changes a text that comes in pieces, for example takes secrets out of it. May hold back what it has to see more of. */
export interface TextFilter {
  push(text: string): string;
  /** The rest. */
  end(): string;
}

/** Longest line handed over in one piece; what goes on for longer comes in several. */
const MAX_LINE_CHARS = 16_384;

/**
 * Bytes that are decoded at once. What a pipe gives, at times over 100 KB, would make strings that V8 keeps in its space for
 * large objects, which only a full collection empties.
 */
const MAX_DECODED_BYTES = 16_384;

/**
 * Decodes UTF-8, invalid bytes as U+FFFD, and hands over line by line, without line ends. Holds at most one line of
 * `maxLineChars`, whatever comes in.
 */
export function createLineSplitter(
  onLine: (line: string) => void,
  options: {
    readonly maxLineChars?: number;
    /** Sees the text before it is cut into lines. @default leaves it as it is */
    readonly filter?: TextFilter | undefined;
  } = {},
): LineSplitter {
  const { maxLineChars = MAX_LINE_CHARS, filter = { push: (text) => text, end: () => '' } } = options;
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
    push(chunk) {
      for (let from = 0; from < chunk.length; from += MAX_DECODED_BYTES) {
        const part = chunk.subarray(from, from + MAX_DECODED_BYTES);
        take(filter.push(decoder.decode(part, { stream: true })));
      }
    },
    end() {
      take(filter.push(decoder.decode()) + filter.end());
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
      lines.push(plain.length > MAX_TAIL_LINE_CHARS ? copyOf(`${plain.slice(0, MAX_TAIL_LINE_CHARS)}…`) : plain);
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

/** A text of its own: a slice keeps all that it was cut from. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
