import { describe, expect, it } from 'vitest';
import { compilePattern, isIgnored } from './go-pattern.js';

describe(compilePattern, () => {
  it.each([
    ['*.txt', 'a.txt', true],
    ['*.txt', 'd/a.txt', false],
    ['d/*', 'd/a', true],
    ['?.js', 'ab.js', false],
    ['[a-c].js', 'b.js', true],
    ['[^a-c].js', 'b.js', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['a.b+c', 'a.b+c', true],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(compilePattern(pattern)?.(path)).toBe(expected);
  });

  it.each(['[', 'a\\', '[z-a]'])('refuses %s', (pattern) => {
    expect(compilePattern(pattern)).toBeUndefined();
  });
});

describe(isIgnored, () => {
  it.each([
    ['Dockerfile', 'Dockerfile', true],
    ['# Dockerfile', 'Dockerfile', false],
    ['/Dockerfile', 'Dockerfile', true],
    ['docs', 'docs/a/b', true],
    ['*.md\n!README.md', 'README.md', false],
    ['!README.md\n*.md', 'README.md', true],
    ['**/*.log', 'a/b/c.log', true],
    ['**/*.log', 'c.log', true],
    ['a/**', 'a/b/c', true],
    ['*', '.dockerignore', true],
  ])('%j and %s: %s', (text, path, expected) => {
    expect(isIgnored(text, path)).toBe(expected);
  });
});
