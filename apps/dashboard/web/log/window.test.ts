import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heightOf, LINE, scrollTopFor, windowAt } from './window.js';

const view = fc.record({
  height: fc.integer({ min: LINE, max: 1_200 }),
  lines: fc.integer({ min: 1, max: 5_000_000 }),
});

describe(windowAt, () => {
  it('shows lines that are there, within what is scrolled', () => {
    fc.assert(
      fc.property(view, fc.double({ min: 0, max: 1, noNaN: true }), ({ height, lines }, share) => {
        const scrollTop = share * Math.max(0, heightOf(lines) - height);
        const { first, count, top } = windowAt({ scrollTop, height, lines });
        expect(first).toBeGreaterThanOrEqual(1);
        expect(first + count - 1).toBeLessThanOrEqual(lines);
        expect(count).toBeGreaterThan(0);
        expect(top).toBeLessThanOrEqual(scrollTop + LINE);
      }),
    );
  });

  it('reaches the first and the last line', () => {
    fc.assert(
      fc.property(view, ({ height, lines }) => {
        expect(windowAt({ scrollTop: 0, height, lines }).first).toBe(1);
        const end = Math.max(0, heightOf(lines) - height);
        const { first, count } = windowAt({ scrollTop: end, height, lines });
        expect(first + count - 1).toBe(lines);
      }),
    );
  });
});

describe(scrollTopFor, () => {
  it('brings any line into view', () => {
    fc.assert(
      fc.property(view, fc.double({ min: 0, max: 1, noNaN: true }), ({ height, lines }, share) => {
        const line = 1 + Math.floor(share * (lines - 1));
        const wanted = scrollTopFor(line, { height, lines });
        const scrollTop = Math.min(wanted, Math.max(0, heightOf(lines) - height));
        const { first, count } = windowAt({ scrollTop, height, lines });
        expect(line).toBeGreaterThanOrEqual(first);
        expect(line).toBeLessThan(first + count);
      }),
    );
  });
});
