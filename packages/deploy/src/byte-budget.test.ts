import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createByteBudget, endWithin } from './byte-budget.js';

describe(createByteBudget, () => {
  it('never gives more than there is, and gives again what was returned', () => {
    const budget = createByteBudget(10);
    expect([budget.take(6), budget.take(6), budget.take(1)]).toEqual([6, 4, 0]);
    budget.giveBack(3);
    expect(budget.take(5)).toBe(3);
  });
});

describe(endWithin, () => {
  it('keeps whole lines of the end', () => {
    expect(endWithin('one\ntwo\nthree\n', 9)).toEqual({ text: 'three\n', isCut: true });
    expect(endWithin('one\ntwo\n', 8)).toEqual({ text: 'one\ntwo\n', isCut: false });
  });

  it('is an end of the text that fits, whatever the text is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, maxBytes) => {
        const end = endWithin(text, maxBytes);
        expect(text.endsWith(end.text)).toBe(true);
        expect(Buffer.byteLength(end.text)).toBeLessThanOrEqual(Math.max(maxBytes, 0));
        expect(end.isCut).toBe(Buffer.byteLength(text) > maxBytes);
      }),
    );
  });
});
