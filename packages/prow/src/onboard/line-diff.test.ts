import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDiff } from './line-diff.js';

describe(formatDiff, () => {
  it('shows a new file whole', () => {
    expect(formatDiff('f', undefined, 'a\nb\n')).toBe('--- /dev/null\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b');
  });

  it('shows three lines around each change', () => {
    const before = '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n';
    const after = before.replace('4\n', '4\nnew\n').replace('13\n', '');
    expect(formatDiff('f', before, after)).toBe(
      ['--- f', '+++ f', '@@ -2,6 +2,7 @@', ' 2', ' 3', ' 4', '+new', ' 5', ' 6', ' 7']
        .concat(['@@ -10,4 +11,3 @@', ' 10', ' 11', ' 12', '-13'])
        .join('\n'),
    );
  });

  it('is empty for equal texts', () => {
    expect(formatDiff('f', 'a\n', 'a\n')).toBe('');
  });

  it('has every line of both texts in order when all of it is shown', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, text, (before, after) => {
        fc.pre(before.join() !== after.join());
        const lines = formatDiff('f', `${before.join('\n')}\n`, `${after.join('\n')}\n`)
          .split('\n')
          .slice(2);
        const side = (mark: string) =>
          lines.filter((line) => line[0] === ' ' || line[0] === mark).map((line) => line[1]);
        // What is hidden is equal on both sides, so the rest must differ in the same places.
        expect(before.join()).toContain(side('-').join());
        expect(after.join()).toContain(side('+').join());
      }),
    );
  });
});
