import type { Problem } from './report.js';

/** How much of what failed a verdict keeps. Counts are of all cases, whatever is kept. */
export interface VerdictLimits {
  /** Failed cases, and as many disagreements. @default 1_000 */
  readonly maxFailed?: number;
  /** Characters of a failed case's text. @default 10_000 */
  readonly maxTextChars?: number;
}

/** What a verdict says of a case's problems. */
export interface Failure {
  /** One line: why. Never empty. */
  readonly message: string;
  readonly text?: string;
}

/** Puts the problems of one case together as they come, and holds no more than it will say. */
export interface FailureDigest {
  /** The next problem; its text follows. */
  start(problem: Pick<Problem, 'kind' | 'message' | 'type'>): void;
  text(piece: string): void;
  /** `failure` unless one of the problems is an error. */
  readonly kind: Problem['kind'];
  end(): Failure;
}

const MAX_MESSAGE_CHARS = 1_000;

interface First extends Pick<Problem, 'kind' | 'message' | 'type'> {
  /** Beginning of its text. */
  head: string;
}

/** Makes the digest of a case. As TestGrid does, an error comes before a failure. */
export function createFailureDigest(maxTextChars: number): FailureDigest {
  let first: First | undefined;
  let current: First | undefined;
  let kept = '';
  let chars = 0;
  let isSeparated = true;
  const keep = (piece: string) => {
    if (kept.length < maxTextChars) kept += own(piece.slice(0, maxTextChars - kept.length));
    chars += piece.length;
  };
  return {
    start({ kind, message, type }) {
      current = {
        kind,
        head: '',
        ...(message === undefined ? {} : { message }),
        ...(type === undefined ? {} : { type }),
      };
      if (first === undefined || (kind === 'error' && first.kind === 'failure')) first = current;
      isSeparated = chars === 0;
    },
    text(piece) {
      if (piece === '' || current === undefined) return;
      if (!isSeparated) keep('\n\n');
      isSeparated = true;
      keep(piece);
      if (current === first && current.head.length < MAX_MESSAGE_CHARS) {
        current.head += own(piece.slice(0, MAX_MESSAGE_CHARS - current.head.length));
      }
    },
    get kind() {
      return first?.kind ?? 'failure';
    },
    end() {
      const message = firstLine(first?.message) ?? firstLine(first?.head) ?? first?.type ?? first?.kind ?? 'failure';
      const more = chars - kept.length;
      return {
        message: own(message.length > MAX_MESSAGE_CHARS ? `${cut(message, MAX_MESSAGE_CHARS)}…` : message),
        ...(chars === 0 ? {} : { text: more === 0 ? kept : `${cut(kept, maxTextChars)}\n… ${more} more characters` }),
      };
    },
  };
}

// A slice holds on to the whole text that it is of, which may be all of a report. Of a joined text it is a copy.
function own(text: string): string {
  return ` ${text}`.slice(1);
}

/** The beginning, without half a character at its end. */
function cut(text: string, chars: number): string {
  return text.slice(0, chars).replace(/[\ud800-\udbff]$/, '');
}

function firstLine(text: string | undefined): string | undefined {
  return text
    ?.split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
}
