import { ProwError } from '../errors.js';

const UNIT_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
/** Go keeps nanoseconds in 64 bits: some 292 years. */
const MAX_NS = 2n ** 63n - 1n;
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * Reads a duration as Go writes it (`2h`, `1h30m`, `1.5s`) into nanoseconds.
 *
 * @throws {ProwError} `INVALID_CONFIG` for anything else, such as `1d`.
 * @see https://pkg.go.dev/time#ParseDuration
 */
export function parseGoDuration(text: string): bigint {
  const unsigned = text.replace(/^[+-]/, '');
  const parts = unsigned === '0' ? [] : [...unsigned.matchAll(PART)];
  if (unsigned === '' || (unsigned !== '0' && parts.map(([part]) => part).join('') !== unsigned)) {
    throw new ProwError('INVALID_CONFIG', `not a duration: ${JSON.stringify(text)}`, {
      hint: 'Write it as 2h, 90m or 1h30m; the units are h, m, s, ms, us and ns.',
    });
  }
  const sum = parts.reduce((total, [, number = '', unit = '']) => {
    const [whole = '', fraction = ''] = number.split('.');
    return total + (BigInt(whole + fraction) * (UNIT_NS[unit] ?? 0n)) / 10n ** BigInt(fraction.length);
  }, 0n);
  if (sum > (text.startsWith('-') ? MAX_NS + 1n : MAX_NS)) {
    throw new ProwError('INVALID_CONFIG', `too long a duration: ${JSON.stringify(text)}`, {
      hint: 'Go takes no more than 2562047h47m16s.',
    });
  }
  return text.startsWith('-') ? -sum : sum;
}

/** Writes nanoseconds as Go does: `2h0m0s`, `1.5s`, `250ms`, `0s`. */
export function formatGoDuration(ns: bigint): string {
  if (ns < 0n) return `-${formatGoDuration(-ns)}`;
  if (ns === 0n) return '0s';
  for (const [unit, size, below] of [
    ['ns', 1n, 1_000n],
    ['µs', 1_000n, 1_000_000n],
    ['ms', 1_000_000n, 1_000_000_000n],
  ] as const) {
    if (ns < below) return `${decimal(ns, size)}${unit}`;
  }
  const minutes = ns / 60_000_000_000n;
  const seconds = `${decimal(ns % 60_000_000_000n, 1_000_000_000n)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, size: bigint): string {
  const digits = size.toString().length - 1;
  const fraction = digits === 0 ? '' : (value % size).toString().padStart(digits, '0').replace(/0+$/, '');
  return `${value / size}${fraction === '' ? '' : `.${fraction}`}`;
}
