import { describe, expect, it } from 'vitest';
import { parsePattern, prefixOfPattern } from './report-pattern.js';

describe(parsePattern, () => {
  it.each([
    ['gs://b/*/junit.xml', ['gs://b/1/junit.xml'], ['gs://b/1/2/junit.xml', 'gs://b/1/junit-xml']],
    ['gs://b/**/j.xml', ['gs://b/j.xml', 'gs://b/1/2/j.xml'], ['gs://b/1/aj.xml']],
    ['gs://b/**', ['gs://b/1', 'gs://b/1/2'], ['gs://c/1']],
    ['junit_?.xml', ['junit_a.xml'], ['junit_.xml', 'junit_ab.xml', 'junit_/.xml']],
    ['j_{unit,e2e*}.xml', ['j_unit.xml', 'j_e2e_1.xml'], ['j_.xml', 'j_unit,e2e.xml']],
    ['j[0-9].xml', ['j7.xml'], ['jx.xml', 'j[0-9].xml']],
    ['j[!0-9].xml', ['jx.xml'], ['j7.xml']],
    ['a(b)+c$', ['a(b)+c$'], ['abbc']],
    ['{a', ['{a'], ['a']],
    ['[a', ['[a'], ['a']],
  ])('%s', (pattern, matching, others) => {
    const expression = parsePattern(pattern);
    for (const name of matching) expect(name).toMatch(expression);
    for (const name of others) expect(name).not.toMatch(expression);
  });
});

describe(prefixOfPattern, () => {
  it.each([
    ['gs://b/run/*/junit.xml', 'gs://b/run/'],
    ['gs://b/run/junit_{a,b}.xml', 'gs://b/run/junit_'],
    ['gs://b/run', 'gs://b/run'],
  ])('of %s is %s', (pattern, prefix) => {
    expect(prefixOfPattern(pattern)).toBe(prefix);
  });
});
