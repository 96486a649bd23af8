import type { RedactStream } from './redactor.js';

/** Hands lines over after they have been filtered as one text. */
export interface LineFilter {
  /** A line without its end. */
  push(line: string): void;
  /** Hands over what was held back. */
  end(): void;
}

/**
 * Filters lines that come one by one as the text that they are, so that a secret of several lines is found, and hands them
 * over as lines again: the same, less those that the filter has made one. Nothing is held back but what the filter holds.
 *
 * @param filter for example the stream of a redactor. @default leaves lines as they are
 */
export function createLineFilter(filter: RedactStream | undefined, onLine: (line: string) => void): LineFilter {
  if (filter === undefined) return { push: onLine, end: () => undefined };
  let rest = '';
  const take = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  return {
    push: (line) => take(filter.push(`${line}\n`)),
    end() {
      take(filter.end());
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
