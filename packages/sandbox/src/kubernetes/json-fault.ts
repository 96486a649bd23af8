/** The fault as Go's decoder words it, as far as it can be told from the text. */
export function jsonFault(text: string): string {
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/end of JSON input|Unterminated/i.test(message)) return 'unexpected end of JSON input';
    const at = Number(/position (\d+)/.exec(message)?.[1] ?? 0);
    return `invalid character '${text[at] ?? ''}' looking for beginning of value`;
  }
}
