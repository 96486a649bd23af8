import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newBuildId } from './build-id.js';

describe(newBuildId, () => {
  const time = fc.integer({ min: 0, max: Date.parse('2070-01-01') });
  const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('has 19 digits and is larger than 10^18, whatever the clock says', () => {
    fc.assert(
      fc.property(time, part, (now, random) => {
        const id = newBuildId({ now: () => now }, () => random);
        expect(id).toMatch(/^[1-9]\d{18}$/);
        expect(BigInt(id)).toBeGreaterThan(10n ** 18n);
      }),
    );
  });

  it('grows with time, whatever the random part', () => {
    const recent = fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2070-01-01') });
    fc.assert(
      fc.property(recent, fc.integer({ min: 1, max: 1e6 }), part, part, (now, laterMs, first, second) => {
        const earlier = newBuildId({ now: () => now }, () => first);
        const later = newBuildId({ now: () => now + laterMs }, () => second);
        expect(earlier < later).toBe(true);
      }),
    );
  });

  it('differs within a millisecond', () => {
    const clock = { now: () => Date.parse('2026-11-23') };
    const ids = Array.from({ length: 1_000 }, (_, index) => newBuildId(clock, () => index / 1_000));
    expect(new Set(ids).size).toBe(1_000);
  });

  it('is made as Prow makes it', () => {
    // 2023-11-14T22:13:20Z, the time of the specification's started.json.
    expect(newBuildId({ now: () => 1_700_000_000_000 }, () => 0)).toBe(
      String((1_700_000_000_000n - 1_288_834_974_657n) << 22n),
    );
  });
});
