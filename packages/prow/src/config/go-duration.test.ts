import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatGoDuration, parseGoDuration } from './go-duration.js';

const second = 1_000_000_000n;

describe(parseGoDuration, () => {
  it.each([
    ['0', 0n],
    ['2h', 7_200n * second],
    ['1h30m', 5_400n * second],
    ['1.5s', 1_500_000_000n],
    ['.5m', 30n * second],
    ['1.s', second],
    ['-1m', -60n * second],
    ['+3us', 3_000n],
    ['3µs', 3_000n],
    ['250ms', 250_000_000n],
  ])('reads %s', (text, ns) => {
    expect(parseGoDuration(text)).toBe(ns);
  });

  it.each(['', '1', '1d', 'h', '.s', '1h 30m', '1H', '--1s', '1e3s', '1,5s', ' 1s', '+'])('refuses %j', (text) => {
    expect(() => parseGoDuration(text)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  });
});

describe(formatGoDuration, () => {
  it.each([
    [0n, '0s'],
    [7_200n * second, '2h0m0s'],
    [60n * second, '1m0s'],
    [1_500_000_000n, '1.5s'],
    [250_000_000n, '250ms'],
    [1_100n, '1.1µs'],
    [-second, '-1s'],
  ])('writes %s as %s', (ns, text) => {
    expect(formatGoDuration(ns)).toBe(text);
  });

  it('is read back as it was', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (ns) => {
        expect(parseGoDuration(formatGoDuration(ns))).toBe(ns);
      }),
    );
  });
});
