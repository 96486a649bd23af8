/** Where one of the words stands in a text. */
export interface Match {
  readonly index: number;
  readonly length: number;
}

/** Finds the first of many words in a text at or after a place; of several at one place the longest. */
export type FindMatch = (text: string, from: number) => Match | undefined;

/**
 * Looks for many words at once, in time that hardly depends on how many there are: by pairs of characters, most of which
 * allow a jump of nearly the shortest word's length (the algorithm of Wu and Manber).
 *
 * @param words Each of 2 characters or more.
 * @see https://en.wikipedia.org/wiki/Wu-Manber_algorithm
 */
export function createTextMatcher(words: readonly string[]): FindMatch {
  const shortest = Math.min(254, ...words.map(({ length }) => length));
  if (words.length === 0 || shortest < 2) return () => undefined;
  const jumps = new Uint8Array(2 ** 16).fill(shortest - 1);
  const candidates = new Map<number, string[]>();
  for (const word of [...words].sort((a, b) => b.length - a.length)) {
    for (let end = 1; end < shortest; end += 1) {
      const pair = pairAt(word, end);
      jumps[pair] = Math.min(jumps[pair] ?? 0, shortest - 1 - end);
    }
    const last = pairAt(word, shortest - 1);
    candidates.set(last, [...(candidates.get(last) ?? []), word]);
  }
  return (text, from) => {
    for (let end = from + shortest - 1; end < text.length;) {
      const pair = pairAt(text, end);
      const jump = jumps[pair] ?? 0;
      if (jump > 0) {
        end += jump;
        continue;
      }
      const index = end - shortest + 1;
      const found = candidates.get(pair)?.find((word) => text.startsWith(word, index));
      if (found !== undefined) return { index, length: found.length };
      end += 1;
    }
    return undefined;
  };
}

/** The two characters that end there, as a number. Others of the same number are told apart by comparing. */
function pairAt(text: string, end: number): number {
  return ((text.charCodeAt(end - 1) & 0xff) << 8) | (text.charCodeAt(end) & 0xff);
}
