import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuantity } from './quantity.js';

describe(formatQuantity, () => {
  it.each([
    [1, '1'],
    [0.5, '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1000', '1k'],
    ['0', '0'],
    ['0.0Gi', '0'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1025Mi', '1025Mi'],
    ['0.5Ki', '512'],
    ['100Mi', '100Mi'],
    ['1e3', '1e3'],
    ['12e6', '12e6'],
    ['1E3', '1E3'],
    ['1000e3', '1e6'],
    ['1.234', '1.234'],
    ['1.2345', '1234500u'],
    ['0.1Ki', '102400m'],
    ['0.1Mi', '104857600m'],
    ['1000k', '1M'],
    ['1024', '1024'],
    ['+5', '+5'],
    ['1E', '1E'],
    ['0.1n', '1n'],
    ['-1000m', '-1'],
    ['2.', '2.'],
    ['.5', '500m'],
  ])('writes %s as %s', (amount, expected) => {
    expect(formatQuantity(amount)).toBe(expected);
  });

  it.each([['much'], [''], ['1 Gi'], ['1KB'], [undefined], [{}]])('leaves %j as it is', (amount) => {
    expect(formatQuantity(amount)).toBe(amount);
  });

  it('comes to an end after one pass', () => {
    const unit = fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi', 'e3');
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 999 }), unit, (whole, fraction, suffix) => {
        const once = formatQuantity(`${whole}.${fraction}${suffix}`);
        expect(formatQuantity(once)).toBe(once);
      }),
    );
  });
});
