/** Bytes `start` to `last`, both counted. */
export interface ByteRange {
  readonly start: number;
  readonly last: number;
}

/**
 * Reads a `Range` header with one range.
 *
 * @returns `undefined` for no header, or one of another form, which is to be ignored; `unsatisfiable` when nothing of the
 * resource is in it.
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.range
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const found = /^bytes=(?<start>\d{0,15})-(?<last>\d{0,15})$/.exec(header?.trim() ?? '')?.groups;
  if (found === undefined || (found['start'] === '' && found['last'] === '')) return undefined;
  const suffix = found['start'] === '';
  const start = suffix ? Math.max(0, sizeBytes - Number(found['last'])) : Number(found['start']);
  const last = suffix || found['last'] === '' ? sizeBytes - 1 : Math.min(Number(found['last']), sizeBytes - 1);
  if (!suffix && found['last'] !== '' && Number(found['last']) < start) return undefined;
  if (start >= sizeBytes) return 'unsatisfiable';
  return { start, last };
}
