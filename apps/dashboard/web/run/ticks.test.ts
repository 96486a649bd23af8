import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticksOf } from './ticks.js';

describe(ticksOf, () => {
  it('gives two to seven places for any time from a second to weeks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 30 * 86_400_000 }), (spanMs) => {
        const ticks = ticksOf(spanMs);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(7);
        expect(ticks.at(-1)).toBeLessThanOrEqual(spanMs);
      }),
    );
  });
});
