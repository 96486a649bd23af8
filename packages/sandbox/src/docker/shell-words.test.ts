import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandWord, splitWords } from './shell-words.js';

const variables = (name: string) => ({ A: 'one', EMPTY: '', SPACED: 'a b' })[name];

describe(expandWord, () => {
  it.each([
    ['$A', 'one'],
    ['${A}two', 'onetwo'],
    ['$Atwo', ''],
    ['\\$A', '$A'],
    ["'$A'", '$A'],
    ['"$A"', 'one'],
    ['"a \\"b\\""', 'a "b"'],
    ['${NONE:-$A}', 'one'],
    ['${EMPTY:-x}', 'x'],
    ['${EMPTY-x}', ''],
    ['${A:+x}', 'x'],
    ['${EMPTY:+x}', ''],
    ['${EMPTY+x}', 'x'],
    ['a$', 'a$'],
  ])('reads %s as %j', (text, expected) => {
    expect(expandWord(text, { variables })).toBe(expected);
  });

  it.each(['${A', '"a', "'a", '${A%x}', '${NONE:?must be set}'])('refuses %s', (text) => {
    expect(() => expandWord(text, { variables })).toThrow(
      expect.objectContaining({ name: 'DockerError', status: 400 }),
    );
  });

  it('takes another escape character', () => {
    expect(expandWord('C:\\dir `$A', { variables, escape: '`' })).toBe('C:\\dir $A');
  });

  it('ends for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', '"', "'", '\\', 'A', ':', '-', ' ') }), (text) => {
        try {
          expect(typeof expandWord(text, { variables })).toBe('string');
        } catch (error) {
          expect(error).toMatchObject({ name: 'DockerError' });
        }
      }),
    );
  });
});

describe(splitWords, () => {
  it('does not split what a variable holds', () => {
    expect(splitWords('x $SPACED "c d"  \'e f\' g\\ h', { variables })).toEqual(['x', 'a b', 'c d', 'e f', 'g h']);
  });
});
