const QUANTITY = /^(?<sign>[+-]?)(?<whole>\d*)(?:\.(?<fraction>\d*))?(?<suffix>[a-zA-Z]*|[eE][+-]?\d+)$/;
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const NANO = 9;

/** A quantity in billionths, with the form it was written in. */
interface Parsed {
  readonly nanos: bigint;
  readonly form: 'decimal' | 'binary' | 'exponent';
}

function parse(text: string): Parsed | undefined {
  const groups = QUANTITY.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { sign = '', whole = '', suffix = '' } = groups;
  const fraction = groups['fraction'] ?? '';
  if (whole === '' && fraction === '') return undefined;
  const scaled = BigInt(`${whole}${fraction}`.replace(/^$/, '0'));
  const signed = sign === '-' ? -scaled : scaled;
  const binary = suffix === '' ? -1 : BINARY.indexOf(suffix);
  if (binary > 0) return { nanos: shift(signed * 1024n ** BigInt(binary), NANO - fraction.length), form: 'binary' };
  const exponent = /^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : DECIMAL[suffix];
  if (exponent === undefined || Math.abs(exponent) > 30) return undefined;
  const form = /^[eE]./.test(suffix) ? 'exponent' : 'decimal';
  return { nanos: shift(signed, exponent + NANO - fraction.length), form };
}

// Multiplies by a power of ten, rounding away from zero as the real type does below a billionth.
function shift(value: bigint, by: number): bigint {
  if (by >= 0) return value * 10n ** BigInt(by);
  const unit = 10n ** BigInt(-by);
  const rest = value % unit;
  if (rest === 0n) return value / unit;
  return value / unit + (value < 0n ? -1n : 1n);
}

/**
 * The canonical text of a resource quantity: `0.5` is `500m`, `1.5Gi` is `1536Mi`, `1000m` is `1`. `undefined` when it is
 * not a quantity.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function canonicalQuantity(value: string | number): string | undefined {
  const parsed = parse(String(value));
  if (parsed === undefined) return undefined;
  const { nanos, form } = parsed;
  const unit = 10n ** BigInt(NANO);
  if (nanos === 0n) return '0';
  const size = nanos < 0n ? -nanos : nanos;
  if (form === 'binary' && nanos % unit === 0n && size >= 1024n * unit) {
    let amount = nanos / unit;
    let step = 0;
    while (amount % 1024n === 0n && step < BINARY.length - 1) {
      amount /= 1024n;
      step += 1;
    }
    return `${amount}${BINARY[step]}`;
  }
  let amount = nanos;
  let exponent = -NANO;
  while (amount % 1000n === 0n && exponent < 18) {
    amount /= 1000n;
    exponent += 3;
  }
  if (form === 'exponent') return exponent === 0 ? String(amount) : `${amount}e${exponent}`;
  const suffix = Object.keys(DECIMAL).find((name) => DECIMAL[name] === exponent) ?? '';
  return `${amount}${suffix}`;
}

/** Compares by size; texts that are no quantities count as zero. */
export function compareQuantities(a: string | number, b: string | number): number {
  const left = parse(String(a))?.nanos ?? 0n;
  const right = parse(String(b))?.nanos ?? 0n;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** How many times the one is the other; texts that are no quantities count as zero. */
export function ratioOf(a: string, b: string): number {
  return Number(parse(a)?.nanos ?? 0n) / Number(parse(b)?.nanos ?? 0n);
}

/** What is left of the one without the other, in canonical form and that of the first, and never less than zero. */
export function subtractQuantities(a: string, b: string): string {
  const right = parse(b)?.nanos ?? 0n;
  const left = addQuantities(a, `${-right}n`);
  return left.startsWith('-') ? '0' : left;
}

/** The sum in canonical form, in the form of the first. */
export function addQuantities(a: string, b: string): string {
  const left = parse(a);
  const right = parse(b);
  const nanos = (left?.nanos ?? 0n) + (right?.nanos ?? 0n);
  const unit = 10n ** BigInt(NANO);
  if (left?.form === 'binary' && nanos % (unit * 1024n) === 0n) {
    return canonicalQuantity(`${nanos / unit / 1024n}Ki`) ?? '0';
  }
  return canonicalQuantity(`${nanos}n`) ?? '0';
}
