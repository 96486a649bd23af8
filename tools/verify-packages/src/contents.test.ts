import { describe, expect, it } from 'vitest';
import { contentFaults } from './contents.js';

const needed = ['package.json', 'README.md', 'LICENSE', 'bin.js', 'dist/index.js', 'dist/index.d.ts'];

describe(contentFaults, () => {
  it('finds nothing where all is there and nothing else', () => {
    expect(contentFaults([...needed, 'dist/testing.js', 'dist/commands/check.js'], false)).toEqual([]);
  });

  it.each([
    ['dist/a.test.js', 'packs a test: dist/a.test.js'],
    ['dist/__fixtures__/a.js', 'packs a fixture: dist/__fixtures__/a.js'],
    ['dist/x.tsbuildinfo', "packs the compiler's notes: dist/x.tsbuildinfo"],
    ['src/a.ts', 'packs a source: src/a.ts'],
    ['dist/a.js.map', 'packs a map to a source that is not there: dist/a.js.map'],
    ['tls.key', 'packs maybe a secret: tls.key'],
  ])('finds %s', (file, fault) => {
    expect(contentFaults([...needed, file], false)).toEqual([fault]);
  });

  it('asks for the changelog where there is one', () => {
    expect(contentFaults(needed, true)).toEqual(['packed without CHANGELOG.md']);
  });
});
