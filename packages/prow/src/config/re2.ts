import { RE2JS } from 're2js';
import { ProwError } from '../errors.js';

/** A regular expression as Go reads it. Matching is an unanchored search. */
export interface Re2 {
  readonly pattern: string;
  test(text: string): boolean;
}

/**
 * Compiles a regular expression of Go's dialect, RE2.
 *
 * @throws {ProwError} `INVALID_CONFIG` for what Go refuses, such as look-around and back-references.
 * @see https://github.com/google/re2/wiki/Syntax
 */
export function compileRe2(pattern: string): Re2 {
  try {
    const compiled = RE2JS.compile(pattern);
    return { pattern, test: (text) => compiled.matcher(text).find() };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^error parsing regexp: /, '') : String(cause);
    throw new ProwError('INVALID_CONFIG', `not a regular expression of Go: ${JSON.stringify(pattern)}: ${why}`, {
      cause,
      hint: 'RE2 has no look-around and no back-references; see https://github.com/google/re2/wiki/Syntax.',
    });
  }
}

/** {@link compileRe2} that compiles each pattern once: a config has the same ones hundreds of times. */
export function createRe2Compiler(): (pattern: string) => Re2 {
  const compiled = new Map<string, Re2>();
  return (pattern) => {
    const known = compiled.get(pattern);
    if (known !== undefined) return known;
    const re2 = compileRe2(pattern);
    compiled.set(pattern, re2);
    return re2;
  };
}

// Each is valid in Go and means something else, or nothing, to JavaScript's RegExp without flags.
const differences: readonly (readonly [construct: RegExp, what: string])[] = [
  [/\(\?[a-zA-Z]*[imsU][a-zA-Z]*(?:-[imsU]+)?[:)]/, 'flags in the pattern, such as (?m)'],
  [/\(\?P</, 'a group named by (?P<name>…)'],
  [/\\[AzQ]/, '\\A, \\z or \\Q…\\E'],
  [/\[\[:\^?[a-z]+:\]/, 'a POSIX class such as [[:alpha:]]'],
  [/\\[pP][A-Z{]/, 'a Unicode class such as \\pL'],
  [/\\x\{/, '\\x{…}'],
  [/\[\^?\]/, 'a class that starts with ]'],
  [/\\[sS]/, '\\s, which in Go is space, tab, line feed, form feed and carriage return only'],
];

/**
 * Says where a pattern that Go accepts means something else to JavaScript's `RegExp`: for people who try their patterns
 * there. Empty where both agree.
 */
export function differencesFromJavaScript(pattern: string): readonly string[] {
  const found = differences.filter(([construct]) => construct.test(pattern)).map(([, what]) => what);
  return found.length > 0 || compilesInJavaScript(pattern) ? found : ['syntax that JavaScript refuses'];
}

function compilesInJavaScript(pattern: string): boolean {
  try {
    return new RegExp(pattern) instanceof RegExp;
  } catch {
    return false; // a SyntaxError is the answer
  }
}
