import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, lastLines } from './text.js';

describe('cut', () => {
  it('leaves a short text as it is', () => {
    expect(cut('a\nb', 3)).toBe('a\nb');
  });

  it('says how much is missing', () => {
    expect(cut('first\nsecond', 8)).toBe('first\n… (6 more characters)');
  });

  it('cuts within a line only where there is no other', () => {
    expect(cut('abcdef', 4)).toBe('abcd… (2 more characters)');
  });

  it('has no line of which only the beginning was kept', () => {
    const line = fc.stringMatching(/^[a-z]{1,9}$/);
    fc.assert(
      fc.property(fc.array(line, { minLength: 2 }), fc.integer({ min: 10, max: 60 }), (lines, size) => {
        const kept = cut(lines.join('\n'), size).replace(/… \(\d+ more characters\)$/, '');
        expect(kept.length).toBeLessThanOrEqual(size);
        expect(lines.slice(0, kept.trimEnd().split('\n').length)).toEqual(kept.trimEnd().split('\n'));
      }),
    );
  });
});

describe('lastLines', () => {
  it('does not count the end of the last line as one', () => {
    expect(lastLines('a\nb\r\nc\n', 2)).toEqual(['b', 'c']);
  });
});
