import type { LogSource } from './log-source.js';

/** Lines between two places that the index knows. */
export const STRIDE = 256;

/** Where the lines of a log are, as far as it was read. Grows with the log. */
export interface LogIndex {
  /** Byte at which every {@link STRIDE}th line begins; the first is 0. */
  readonly offsets: readonly number[];
  /** Lines that are known; the last one may be unfinished. */
  readonly lines: number;
  /** Bytes up to the end of what was read. */
  readonly bytes: number;
  /** From 1. */
  readonly firstError?: number;
}

/** An index that is being made. */
export interface GrowingIndex extends LogIndex {
  /** Reads what the log has beyond what is known; a log that became shorter is read anew. */
  readOn(source: LogSource): Promise<void>;
}

const ERROR_WORD = /\b(?:error|fatal|panic|exception|traceback|not ok)\b|\bfail(?:ed|ure|ures)?\b/i;
// Counts of nothing, as summaries print them: `0 failed`, `failures: 0`, `# fail 0`.
const NO_ERROR = /\b(?:0|no) (?:\w+ )?(?:errors?|fail(?:ed|ures?)?)\b|\b(?:errors?|fail(?:ed|ures?)?)[:=]? *["']?0\b/gi;

/** Whether a line looks like an error to a reader who is looking for one. */
export function looksLikeError(line: string): boolean {
  return ERROR_WORD.test(line) && ERROR_WORD.test(line.replace(NO_ERROR, ''));
}

const NEWLINE = 10;
/** Bytes of a line that are looked at for errors. */
const MAX_LOOKED_AT = 4_096;

/** Makes an index of a log in one pass, holding one place for each {@link STRIDE} lines. */
export function createLogIndex(): GrowingIndex {
  let offsets = [0];
  let fullLines = 0;
  /** Where the line begins that has not ended yet. */
  let lineStart = 0;
  let bytes = 0;
  let firstError: number | undefined;

  const endLine = (end: number): void => {
    fullLines += 1;
    lineStart = end;
    if (fullLines % STRIDE === 0) offsets.push(end);
  };

  return {
    get offsets() {
      return offsets;
    },
    get lines() {
      return fullLines + (bytes > lineStart ? 1 : 0);
    },
    get bytes() {
      return bytes;
    },
    get firstError() {
      return firstError;
    },
    async readOn(source) {
      if (source.sizeBytes < bytes) {
        [offsets, fullLines, lineStart, bytes, firstError] = [[0], 0, 0, 0, undefined];
      }
      if (source.sizeBytes === bytes) return;
      let head = ''; // of the line that has not ended, as far as it is looked at
      bytes = lineStart;
      for await (const chunk of await source.read(lineStart, source.sizeBytes)) {
        const buffer = chunk as Buffer;
        const text = firstError === undefined ? buffer.toString('latin1') : '';
        let from = 0;
        for (let at = buffer.indexOf(NEWLINE); at >= 0; at = buffer.indexOf(NEWLINE, from)) {
          if (firstError === undefined && looksLikeError(head + text.slice(from, Math.min(at, from + MAX_LOOKED_AT)))) {
            firstError = fullLines + 1;
          }
          head = '';
          endLine(bytes + at + 1);
          from = at + 1;
        }
        if (head.length < MAX_LOOKED_AT) head += text.slice(from, from + MAX_LOOKED_AT);
        bytes += buffer.length;
      }
      if (firstError === undefined && looksLikeError(head)) firstError = fullLines + 1;
    },
  };
}
