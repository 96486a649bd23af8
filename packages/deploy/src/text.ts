/** The last lines of a text, without an empty one at the end. */
export function lastLines(text: string, count: number): readonly string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-count);
}

/**
 * A text cut to a size at the end of a line, saying so: half of a secret is one that nobody would know, and redact.
 * Only a single line that is longer is cut within.
 */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const kept = wholeLines(text.slice(0, maxLength));
  return `${kept}… (${text.length - kept.length} more characters)`;
}

/** A text whose end was cut off, without the line that was cut; a single line is left as it is. */
export function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf('\n') + 1) || text;
}
