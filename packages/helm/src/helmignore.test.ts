import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHelmIgnore } from './helmignore.js';

describe(parseHelmIgnore, () => {
  // Rows of helm's own test, pkg/ignore/rules_test.go, and of its documentation.
  it.each<[rules: string, path: string, isFolder: boolean, ignored: boolean]>([
    ['helm.txt', 'helm.txt', false, true],
    ['helm.*', 'helm.txt', false, true],
    ['helm.*', 'rudder.txt', false, false],
    ['*.txt', 'tiller.txt', false, true],
    ['*.txt', 'cargo/a.txt', false, true],
    ['cargo/*.txt', 'cargo/a.txt', false, true],
    ['cargo/*.*', 'cargo/a.txt', false, true],
    ['cargo/*.txt', 'mast/a.txt', false, false],
    ['ru[c-e]?er.txt', 'rudder.txt', false, true],
    ['templates/.?*', 'templates/.dotfile', false, true],
    ['cargo/', 'cargo', true, true],
    ['cargo/', 'cargo', false, false],
    ['cargo/', 'mast', true, false],
    ['helm.txt/', 'helm.txt', false, false],
    ['!helm.txt', 'helm.txt', false, false],
    ['!helm.txt', 'tiller.txt', false, true],
    ['!*.txt', 'cargo', true, true],
    ['!cargo/', 'mast/', true, true],
    ['/a.txt', 'a.txt', false, true],
    ['/a.txt', 'cargo/a.txt', false, false],
    ['/cargo/a.txt', 'cargo/a.txt', false, true],
    ['cargo/*', 'cargo/b/c.txt', false, false],
    ['# a\n\n  b.txt  ', 'b.txt', false, true],
    ['[^a].txt', 'b.txt', false, true],
    ['[^a].txt', 'a.txt', false, false],
    ['\\*.txt', '*.txt', false, true],
    ['\\*.txt', 'a.txt', false, false],
    ['a.b', 'axb', false, false],
    ['', 'templates/.swp', false, true],
    ['', '.hidden', false, false],
    ['.*', '.helmignore', false, true],
    ['\uFEFFa', 'a', false, true],
    ['docker-compose.yml', 'docker-compose.yml', false, true],
    ['*-test-*', 'a/op-test-1.yaml', false, true],
    ['a[b-d]c', 'a-c', false, false],
    ['a[b\\-d]c', 'a-c', false, true],
    ['a[^\\-]c', 'a-c', false, false],
  ])('with %j: %s (folder: %s) is left out: %s', (rules, path, isFolder, ignored) => {
    expect(parseHelmIgnore(rules).ignores(path, isFolder)).toBe(ignored);
  });

  it('decides by the first rule that fits, other than git', () => {
    const ignore = parseHelmIgnore('*.txt\n!keep.txt');
    expect(ignore.ignores('keep.txt', false)).toBe(true);
    expect(ignore.ignores('a.md', false)).toBe(true);
  });

  it('takes any name for itself when its special signs are escaped, and no other', () => {
    const name = fc.stringMatching(/^[!-.0-~é][ -.0-~é]{0,8}[!-.0-~é]$/);
    fc.assert(
      fc.property(name, name, (one, other) => {
        const ignore = parseHelmIgnore(`/${one.replaceAll(/[\\*?[\]]/g, '\\$&')}`);
        expect(ignore.ignores(one, false)).toBe(true);
        expect(ignore.ignores(other, false)).toBe(other === one);
      }),
    );
  });

  it('has rules for any text, or an error that says where', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a\-[\]^*?!\\/{}.() é\n]{0,12}$/), (text) => {
        try {
          expect(typeof parseHelmIgnore(text).ignores('a-b/c', false)).toBe('boolean');
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_CHART', file: '.helmignore', line: expect.any(Number) });
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['**/a', '[', 'a[', '[]', '[a', '[-x]', 'a\\'])('rejects %j with its line', (rule) => {
    expect(() => parseHelmIgnore(`ok\n${rule}`)).toThrow(expect.objectContaining({ code: 'INVALID_CHART', line: 2 }));
  });
});
