import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { formatScalar } from './yaml-scalar.js';

describe(formatScalar, () => {
  it.each([
    ['v20260102-abc1234', 'v20260102-abc1234'],
    ['127.0.0.1:5000/operator:v1@sha256:0a', '127.0.0.1:5000/operator:v1@sha256:0a'],
    ['hello world', 'hello world'],
    ['1234567', '"1234567"'],
    ['12e4567', '"12e4567"'],
    ['1.10', '"1.10"'],
    ['012', '"012"'],
    ['1_000', '"1_000"'],
    ['12:30', '"12:30"'],
    ['yes', '"yes"'],
    ['null', '"null"'],
    ['~', '"~"'],
    ['', '""'],
    ['a: b', '"a: b"'],
    ['a #b', '"a #b"'],
    ['a:', '"a:"'],
    ['-x', '"-x"'],
    ['...', '"..."'],
    ['two\nlines', String.raw`"two\nlines"`],
    ['\u2028\ufeff', String.raw`"\u2028\ufeff"`],
  ])('writes the text %j as %s', (value, written) => {
    expect(formatScalar(value)).toBe(written);
  });

  it.each([
    [5, '5'],
    [0.5, '0.5'],
    [true, 'true'],
  ])('writes %j bare whatever the style', (value, written) => {
    expect(formatScalar(value, 'single')).toBe(written);
  });

  it.each([
    ["it's", `'it''s'`],
    ['say "hi" \\ bye', `'say "hi" \\ bye'`],
    ['two\nlines', String.raw`"two\nlines"`],
  ])('keeps single quotes round %j where they can hold it', (value, written) => {
    expect(formatScalar(value, 'single')).toBe(written);
  });

  it('is read back as the same text in YAML 1.1 and 1.2, in block and flow, in every style', () => {
    const anyText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[0-9a-f:._ex-]{1,12}$/));
    fc.assert(
      fc.property(anyText, fc.constantFrom('plain', 'single', 'double'), (value, style) => {
        for (const version of ['1.1', '1.2'] as const) {
          const written = formatScalar(value, style as 'plain');
          expect(parse(`a: ${written} # c\nb: {c: ${written}, d: 1}\n`, { version })).toEqual({
            a: value,
            b: { c: value, d: 1 },
          });
        }
      }),
      { numRuns: 500 },
    );
  });
});
