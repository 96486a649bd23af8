const QUANTITY = /^([+-]?)(\d*)(?:\.(\d*))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?$/;
const EXPONENT = /^[eE][+-]?\d/;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const NANO = 10n ** 9n;

/**
 * Writes an amount of a resource as Kubernetes does, with the largest unit that needs no fraction: `1000m` and `1` are
 * `"1"`, `1024Mi` is `1Gi`, `0.5` is `500m`, and `0.1Ki` is `102400m`. Anything but an amount comes back as it is.
 *
 * @see https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
 */
export function formatQuantity(amount: unknown): unknown {
  if (typeof amount !== 'string' && typeof amount !== 'number') return amount;
  const text = String(amount);
  const match = QUANTITY.exec(text);
  const [, sign = '', whole = '', fraction = '', unit = ''] = match ?? [];
  if (match === null || whole + fraction === '') return amount;
  if (isKept(whole, fraction, unit)) return text;
  const { times, by } = sizeOf(unit);
  const nano = ceilDivide(BigInt(whole + fraction) * NANO * times, 10n ** BigInt(fraction.length) * by);
  if (nano === 0n) return '0';
  const isBinary = unit.endsWith('i') && nano % NANO === 0n && nano >= 1024n * NANO;
  const units = EXPONENT.test(unit) ? DECIMAL.map((_, at) => (at === 3 ? '' : `e${at * 3 - 9}`)) : DECIMAL;
  return `${sign === '-' ? '-' : ''}${isBinary ? shorten(nano / NANO, 1024n, BINARY) : shorten(nano, 1000n, units)}`;
}

// Kubernetes takes some texts for their shortest form without looking further: 1.234 stays so, and is not 1234m.
function isKept(whole: string, fraction: string, unit: string): boolean {
  if (unit.endsWith('i')) return false;
  const digits = whole + fraction;
  const scale = exponentOf(unit) - fraction.length;
  return digits.length <= 18 && scale >= -9 && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

function exponentOf(unit: string): number {
  return EXPONENT.test(unit) ? Number(unit.slice(1)) : DECIMAL.indexOf(unit) * 3 - 9;
}

function sizeOf(unit: string): { readonly times: bigint; readonly by: bigint } {
  if (unit.endsWith('i')) return { times: 1024n ** BigInt(BINARY.indexOf(unit)), by: 1n };
  const exponent = exponentOf(unit);
  const size = 10n ** BigInt(Math.abs(exponent));
  return exponent < 0 ? { times: 1n, by: size } : { times: size, by: 1n };
}

function shorten(value: bigint, step: bigint, units: readonly string[]): string {
  let [rest, at] = [value, 0];
  for (; rest % step === 0n && at < units.length - 1; at += 1) rest /= step;
  return `${rest}${units[at]}`;
}

function ceilDivide(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by;
}
