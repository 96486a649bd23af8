import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { appendYamlItem } from './append-yaml-item.js';

const add = (text: string, path: string, value: unknown) => appendYamlItem('f.yaml', text, path.split(' '), value);

describe(appendYamlItem, () => {
  it.each<[string, string, string, unknown, string]>([
    ['an empty file', '', 'a b', 'x', 'a:\n  b:\n  - x\n'],
    ['a file of comments', '# none\n', 'a', 'x', '# none\na:\n- x\n'],
    ['a file that is an empty map', '{}\n', 'a', 'x', 'a:\n- x\n'],
    ['a list', 'a:\n- x\nb: 1\n', 'a', 'w', 'a:\n- x\n- w\nb: 1\n'],
    ['an indented list', 'a:\n    - x\n\n# b\nb: 1\n', 'a', 'w', 'a:\n    - x\n    - w\n\n# b\nb: 1\n'],
    [
      'a list of maps',
      'a:\n- name: x\n  k: 1 # k\n  # more\n# b\nb: 1',
      'a',
      { name: 'w' },
      'a:\n- name: x\n  k: 1 # k\n  # more\n- name: w\n# b\nb: 1',
    ],
    [
      'a list that ends in a block text',
      'a:\n- name: |\n    x\n    y\nb: 1\n',
      'a',
      'w',
      'a:\n- name: |\n    x\n    y\n- w\nb: 1\n',
    ],
    ['a list that ends in an empty value', 'a:\n- name: x\n  k:\nb: 1\n', 'a', 'w', 'a:\n- name: x\n  k:\n- w\nb: 1\n'],
    ['a missing key', 'a:\n   b: [1]\n\nz: 1\n', 'a c', 'x', 'a:\n   b: [1]\n   c:\n   - x\n\nz: 1\n'],
    ['a key without a value', 'a: # why\nb: 1\n', 'a', 'x', 'a: # why\n- x\nb: 1\n'],
    ['a key without a value, deeper', 'a:\n  b: ~ # why\n', 'a b c', 'x', 'a:\n  b: # why\n    c:\n    - x\n'],
    ['an empty flow list', 'a: [] # why\nb: 1\n', 'a', 'x', 'a: # why\n- x\nb: 1\n'],
    ['a flow list', 'a: [ x ] # why\n', 'a', 'w', 'a: [ x, "w" ] # why\n'],
    ['a flow map', 'a: {b: [x]}\n', 'a c', 'w', 'a: {b: [x], "c":["w"]}\n'],
    ['Windows line ends', 'a:\r\n- x\r\nb: 1\r\n', 'a', 'w', 'a:\r\n- x\r\n- w\r\nb: 1\r\n'],
    ['both kinds of line ends', 'a:\n- x\r\nb: 1\n', 'a', 'w', 'a:\n- x\r\n- w\r\nb: 1\n'],
    ['a byte order mark', '\uFEFFa:\n- x\n', 'a', 'w', '\uFEFFa:\n- x\n- w\n'],
    ['no line end at the end', 'a:\n- x', 'a', 'w', 'a:\n- x\n- w'],
    ['text that YAML 1.1 reads as another type', 'a:\n- x\n', 'a', 'yes', 'a:\n- x\n- "yes"\n'],
  ])('adds to %s', (_what, before, path, value, after) => {
    expect(add(before, path, value)).toBe(after);
  });

  it.each([
    ['a text where a list belongs', 'a: 1\nb: x\n', 'b', 'f.yaml:2: b is not a list'],
    ['a list where a map belongs', 'a:\n- x\n', 'a b', 'f.yaml:2: a is not a map'],
    ['a broken file', 'a: 1\nb: [\n', 'a', /^f.yaml:\d: /],
    ['a key twice', 'a: 1\na: 2\n', 'b', 'f.yaml:2: Map keys must be unique'],
    ['several documents', 'a: 1\n---\nb: 1\n', 'b', /^f.yaml:2: /],
    ['an alias', 'a: &x [1]\nb: *x\n', 'b', /^f.yaml:2: /],
  ])('refuses %s', (_what, text, path, message) => {
    const found = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(() => add(text, path, 'w')).toThrow(
      expect.objectContaining({ code: 'INVALID_CONFIG', message: found, hint: expect.any(String) }),
    );
  });

  it('keeps every line of what was there, and adds nothing but the item', () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/);
    const key = fc.constantFrom('a', 'b', 'c');
    const list = fc.array(fc.oneof(word, fc.record({ name: word, k: word })), { minLength: 1, maxLength: 3 });
    const tree = fc.dictionary(key, fc.dictionary(key, list, { minKeys: 1 }), { minKeys: 1 });
    const comment = fc.constantFrom('', '\n', '# c\n', '  # c\n', '\n    # c\n\n');
    fc.assert(
      fc.property(tree, key, key, fc.infiniteStream(comment), (value, one, other, comments) => {
        const text = yamlOf(value).replace(/\n/g, () => `\n${comments.next().value ?? ''}`);
        const after = add(text, `${one} ${other}`, { name: 'new' });
        const lines = after.split('\n');
        for (const line of text.split('\n')) expect(lines.splice(0, lines.indexOf(line) + 1)).toContain(line);
        const expected = structuredClone(value) as Record<string, Record<string, unknown[]>>;
        ((expected[one] ??= {})[other] ??= []).push({ name: 'new' });
        expect(parse(after)).toEqual(expected);
      }),
    );
  });
});

/** Block YAML of a map of maps of lists. */
function yamlOf(tree: Record<string, Record<string, (string | Record<string, string>)[]>>): string {
  const lines = Object.entries(tree).flatMap(([key, inner]) => [
    `${key}:`,
    ...Object.entries(inner).flatMap(([name, list]) => [
      `  ${name}:`,
      ...list.map((item) =>
        typeof item === 'string' ? `  - "${item}"` : `  - name: "${item['name']}"\n    k: "${item['k']}"`,
      ),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}
