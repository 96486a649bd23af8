import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addQuantities, canonicalQuantity, compareQuantities } from './quantity.js';

describe(canonicalQuantity, () => {
  it.each([
    ['0.5', '500m'],
    ['1.5Gi', '1536Mi'],
    ['1000m', '1'],
    ['1024Ki', '1Mi'],
    ['0', '0'],
    ['1e3', '1e3'],
    ['100M', '100M'],
    [2, '2'],
  ])('writes %s as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['two', '', '1 Gi', '1KiB', '--1'])('rejects %j', (text) => {
    expect(canonicalQuantity(text)).toBeUndefined();
  });

  it('leaves canonical texts as they are', () => {
    const suffix = fc.constantFrom('', 'm', 'k', 'M', 'G', 'Ki', 'Mi', 'Gi');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), suffix, (amount, unit) => {
        const once = canonicalQuantity(`${amount}${unit}`) ?? '';
        expect(canonicalQuantity(once)).toBe(once);
        expect(compareQuantities(once, `${amount}${unit}`)).toBe(0);
      }),
    );
  });
});

describe(addQuantities, () => {
  it('adds across units', () => {
    expect(addQuantities('500m', '1')).toBe('1500m');
    expect(addQuantities('1Gi', '1Gi')).toBe('2Gi');
  });
});
