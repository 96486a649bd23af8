import { describe, expect, it } from 'vitest';
import { compileRe2, differencesFromJavaScript } from './re2.js';

describe(compileRe2, () => {
  it.each([
    ['^main$', 'main', true],
    ['main', 'mainline', true],
    ['(?m)^a$', 'b\na', true],
    [String.raw`^\s$`, '\u00a0', false],
    [String.raw`\pL`, 'é', true],
    ['^.$', '😀', true],
    ['[[:digit:]]', '7', true],
    ['[]a]', ']', true],
    ['(?P<n>x)', 'x', true],
    ['a$', 'a\n', false],
  ])('searches %j in %j: %s', (pattern, text, matches) => {
    expect(compileRe2(pattern).test(text)).toBe(matches);
  });

  it.each([
    'a(?=b)',
    '(?<!a)b',
    String.raw`(a)\1`,
    String.raw`\Z`,
    'a**',
    'x{1001}',
    '[]',
    '(',
    '[z-a]',
    String.raw`\cA`,
  ])('refuses %s', (pattern) => {
    expect(() => compileRe2(pattern)).toThrow(expect.objectContaining({ code: 'INVALID_CONFIG' }));
  });
});

describe(differencesFromJavaScript, () => {
  it.each([
    '(?i)a',
    '(?m:a)',
    '(?P<n>a)',
    String.raw`\Aa\z`,
    String.raw`\Q.\E`,
    '[[:alpha:]]',
    String.raw`\pL`,
    String.raw`\x{41}`,
    '[]a]',
    String.raw`a\s`,
  ])('finds one in %s', (pattern) => {
    expect(differencesFromJavaScript(pattern)).not.toEqual([]);
  });

  it.each(['^main$', String.raw`\.go$`, '^(?:docs|src)/.*', 'a|b', '[a-z]+'])('finds none in %s', (pattern) => {
    expect(differencesFromJavaScript(pattern)).toEqual([]);
  });
});
