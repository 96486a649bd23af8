/** Room for what is written, shared by those who write at the same time. */
export interface ByteBudget {
  /** Reserves up to so many bytes. @returns how many there were; 0 when there is no room left. */
  take(bytes: number): number;
  /** Returns what was reserved and is not needed. */
  giveBack(bytes: number): void;
}

export function createByteBudget(totalBytes: number): ByteBudget {
  let left = totalBytes;
  return {
    take: (bytes) => {
      const taken = Math.max(0, Math.min(bytes, left));
      left -= taken;
      return taken;
    },
    giveBack: (bytes) => {
      left += bytes;
    },
  };
}

/** The end of a text that fits into a size, from the beginning of a line on. Complete when it fits. */
export function endWithin(text: string, maxBytes: number): { readonly text: string; readonly isCut: boolean } {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return { text, isCut: false };
  let end = bytes.subarray(bytes.length - maxBytes);
  const lineEnd = end.indexOf(10);
  // A single line that is too long is cut within; then not within a character.
  if (lineEnd !== -1 && lineEnd < end.length - 1) end = end.subarray(lineEnd + 1);
  else while (end.length > 0 && ((end[0] ?? 0) & 0xc0) === 0x80) end = end.subarray(1);
  return { text: end.toString('utf8'), isCut: true };
}
