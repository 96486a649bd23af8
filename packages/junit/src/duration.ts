const UNIT_SECONDS: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  min: 60,
  s: 1,
  sec: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
};
const NUMBER = String.raw`\d[\d.,']*(?:e[+-]?\d+)?|[.,]\d+`;
const PLAIN = new RegExp(`^(?:${NUMBER})$`, 'i');
const PARTS = new RegExp(`(${NUMBER})\\s*(h|min|ms|m|sec|s|us|µs|μs|ns)\\s*`, 'giy');

/**
 * Reads a `time` attribute: seconds, also with grouping (`1,234.5`), with a decimal comma (`0,25`) or with units
 * (`1m2.5s`, `120ms`). Returns `undefined` for anything else: a time that cannot be read says nothing of the verdict.
 */
export function parseSeconds(text: string): number | undefined {
  const trimmed = text.trim();
  if (PLAIN.test(trimmed)) return finite(parseNumber(trimmed));
  let total = 0;
  let end = 0;
  for (const [part, number = '', unit = ''] of trimmed.matchAll(PARTS)) {
    total += parseNumber(number) * (UNIT_SECONDS[unit.toLowerCase()] ?? Number.NaN);
    end += part.length;
  }
  return end > 0 && end === trimmed.length ? finite(total) : undefined;
}

/** Writes seconds with a dot, at most nanoseconds, no grouping and no exponent: `1.5`. What is no duration becomes `0`. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds >= 1e15) return '0';
  return seconds.toFixed(9).replace(/\.?0+$/, '');
}

function parseNumber(text: string): number {
  const plain = text.replaceAll("'", '');
  const dot = plain.lastIndexOf('.');
  const comma = plain.lastIndexOf(',');
  if (comma < 0) return Number(dot === plain.indexOf('.') ? plain : plain.replaceAll('.', ''));
  if (dot > comma) return Number(plain.replaceAll(',', ''));
  // Both, the comma last: `1.234,5`.
  if (dot >= 0) return Number(plain.replaceAll('.', '').replace(',', '.'));
  // Java's default format drops a fraction of zero: `1,234` is grouped, `0,234` and `1,5` have a decimal comma.
  if (/^[1-9]\d{0,2}(?:,\d{3})+$/.test(plain)) return Number(plain.replaceAll(',', ''));
  return Number(plain.replace(',', '.'));
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
