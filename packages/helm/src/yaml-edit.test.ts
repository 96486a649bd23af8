import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isScalar, parse, parseDocument } from 'yaml';
import { editYaml } from './yaml-edit.js';

const edit = (text: string, edits: Record<string, string | number | boolean>) => editYaml(text, edits, 'values.yaml');

describe(editYaml, () => {
  it('changes the value and nothing else', () => {
    const before = `# The operator.
image:   "registry.example.com/op:v1"   # what runs

replicas: 1 # one is enough
controller:
    'image': { repository: 'op' , tag: v1 }   # flow

    resources:
        limits: {cpu: 1}
list:
- name: a
  image: x
`;
    const after = edit(before, {
      image: 'registry.example.com/op:v2',
      replicas: 2,
      'controller.image.tag': '1.10',
      'controller.image.repository': 'new',
      'list.0.image': 'w',
    });
    expect(after).toBe(
      before
        .replace('"registry.example.com/op:v1"', '"registry.example.com/op:v2"')
        .replace('replicas: 1', 'replicas: 2')
        .replace("'op' , tag: v1 }", `'new' , tag: "1.10" }`)
        .replace('  image: x', '  image: w'),
    );
  });

  it.each<[string, string, Record<string, string | number | boolean>, string]>([
    ['a Windows file', 'a: 1\r\nb: x # c\r\n', { b: 'w', c: 2 }, 'a: 1\r\nb: w # c\r\nc: 2\r\n'],
    ['a byte order mark', '\uFEFFa: 1\n', { a: 2, b: 3 }, '\uFEFFa: 2\nb: 3\n'],
    ['an empty value', 'a:\nb: 1\n', { a: 'x' }, 'a: x\nb: 1\n'],
    ['an empty value before a comment', 'a: # why\nb: 1\n', { a: 'x' }, 'a: x # why\nb: 1\n'],
    ['an empty value in a flow map', '{a: , b: 1}\n', { a: 'x' }, '{a: x , b: 1}\n'],
    ['an empty value with an anchor', 'a: &x # why\nb: *x\n', { a: 'v' }, 'a: &x v # why\nb: *x\n'],
    ['an anchor', 'a: &x v1 # c\nb: *x\n', { a: 'v2' }, 'a: &x v2 # c\nb: *x\n'],
    ['an alias', 'a: &x v1\nb: *x # c\n', { b: 'v2' }, 'a: &x v1\nb: v2 # c\n'],
    ['a tag', 'a: !!str 5\n', { a: '6' }, 'a: !!str "6"\n'],
    ['a block text', 'a: |\n  x\n  y\nb: 1\n', { a: 'z' }, 'a: z\nb: 1\n'],
    ['a text over two lines', 'a: x\n  y\nb: 1\n', { a: 'z' }, 'a: z\nb: 1\n'],
    ['another type', 'a: "x"\n', { a: false }, 'a: false\n'],
    ['null', 'a: ~\n', { a: 'x' }, 'a: x\n'],
    ['a key with a dot', 'a.b: 1\n', { 'a\\.b': 2 }, 'a.b: 2\n'],
    ['a key that is a number', '1: x\n', { '1': 'w' }, '1: w\n'],
    ['no line end at the end', 'a: 1', { b: 2 }, 'a: 1\nb: 2'],
    ['an empty file', '', { 'a.b': 1 }, 'a:\n  b: 1\n'],
    ['a file of comments', '# none\n', { a: 1 }, '# none\na: 1\n'],
    ['a missing key', 'a:\n    b: 1\n\n# tail\nc: 2\n', { 'a.d': 'x' }, 'a:\n    b: 1\n    d: x\n\n# tail\nc: 2\n'],
    ['missing maps', 'a:\n    b: 1\n', { 'a.c.d': 'x' }, 'a:\n    b: 1\n    c:\n        d: x\n'],
    [
      'a missing key after a nested map',
      'a:\n  b:\n    c: 1 # x\nz: 1\n',
      { 'a.d': 2 },
      'a:\n  b:\n    c: 1 # x\n  d: 2\nz: 1\n',
    ],
    [
      'a missing key after a block text',
      'a:\n  b: |\n    x\n\nz: 1\n',
      { 'a.d': 2 },
      'a:\n  b: |\n    x\n  d: 2\n\nz: 1\n',
    ],
    ['a missing key of a flow map', 'a: {b: 1} # c\n', { 'a.d': 'x' }, 'a: {b: 1, d: x} # c\n'],
    ['a missing key of an empty map', 'a: {} # c\n', { 'a.d': 'x', 'a.e': 'w' }, 'a: {d: x, e: w} # c\n'],
    ['a missing key below null', 'a: null # c\n', { 'a.d': 'x' }, 'a: {d: x} # c\n'],
    ['a missing key below nothing', 'a: # c\nz: 1\n', { 'a.d': 'x' }, 'a: # c\n  d: x\nz: 1\n'],
    ['a missing key below nothing in a flow map', '{a: , z: 1}\n', { 'a.d': 'x' }, '{a: {d: x} , z: 1}\n'],
    [
      'a missing key of a list item',
      'l:\n  - a: 1\n  - a: 2\n',
      { 'l.0.b': 'x' },
      'l:\n  - a: 1\n    b: x\n  - a: 2\n',
    ],
    [
      'a missing key over a merged one',
      'x: &x {t: 1}\na:\n  <<: *x\n',
      { 'a.t': 2 },
      'x: &x {t: 1}\na:\n  <<: *x\n  t: 2\n',
    ],
  ])('handles %s', (_what, before, edits, after) => {
    expect(edit(before, edits)).toBe(after);
  });

  it.each<[string, string, string, string, number]>([
    ['a map', 'x: 1\na:\n  b: 1\n', 'a', 'cannot set a: it is a map, not a single value', 3],
    ['a list', 'a: [1]\n', 'a', 'cannot set a: it is a list, not a single value', 1],
    ['a key of a text', 'x: 1\na: y\n', 'a.b', 'cannot set a.b: a is not a map', 2],
    ['an item beyond the list', 'a: [1]\n', 'a.1', 'cannot set a.1: a is a list without item 1', 1],
    ['a key of an alias', 'x: &x {b: 1}\na: *x\n', 'a.b', 'cannot set a.b: a is the alias *x', 2],
  ])('refuses to set %s, naming path, file and line', (_what, text, path, message, line) => {
    expect(() => edit(text, { [path]: 'z' })).toThrow(
      expect.objectContaining({
        code: 'INVALID_CHART',
        message: `values.yaml:${line}: ${message}`,
        file: 'values.yaml',
        line,
      }),
    );
  });

  it.each([
    ['broken YAML', 'a: 1\nb: [\n'],
    ['two documents', 'a: 1\n---\nb: 1\n'],
    ['a repeated key', 'a: 1\na: 2\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => edit(text, { a: 'z' })).toThrow(
      expect.objectContaining({ code: 'INVALID_CHART', file: 'values.yaml' }),
    );
  });

  it('says where a second document starts', () => {
    expect(() => edit('a: 1\n---\nb: 1\n', { a: 'z' })).toThrow(
      expect.objectContaining({ message: 'values.yaml:2: a second document starts here', line: 2 }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 'half a \ud83d'])('refuses the value %j', (value) => {
    expect(() => edit('a: 1\n', { a: value })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it.each(['', '.a', 'a..b'])('refuses the path %j', (path) => {
    expect(() => edit('a: 1\n', { [path]: 'z' })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('sets any text at any place of any document and changes no other value or comment', () => {
    const word = fc.stringMatching(/^[a-z]{1,4}$/);
    const tree = fc.letrec((tie) => ({
      map: fc.dictionary(word, fc.oneof({ weight: 3, arbitrary: fc.string() }, fc.integer(), tie('map')), {
        maxKeys: 4,
      }),
    })).map;
    const style = fc.record({ flow: fc.boolean(), crlf: fc.boolean(), indent: fc.constantFrom(1, 2, 4) });
    fc.assert(
      fc.property(
        tree,
        style,
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.string(),
        (values, how, keys, value) => {
          const text = write(values as Record<string, unknown>, how);
          const expected = structuredClone(values) as Record<string, unknown>;
          if (!put(expected, keys, value)) return;
          const after = edit(text, { [keys.join('.')]: value });
          expect(parse(after)).toEqual(expected);
          expect(after.match(/# comment \d+/g)).toEqual(text.match(/# comment \d+/g));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what an edit leaves alone', () => {
  const plain = fc.stringMatching(/^[a-z]{1,8}$/);
  /** A value as it may stand in a file, and what surrounds it. `v` is where it begins and ends. */
  const written = fc.oneof(
    plain,
    plain.map((text) => `'${text}'`),
    plain.map((text) => `"${text}"`),
    fc.nat().map(String),
    fc.constantFrom('true', 'null', '~', 'r.io/op:v1', '"r.io/op@sha256:00"'),
    fc.constantFrom(`x\n${' '.repeat(12)}y`, `"x\n${' '.repeat(12)}y"`, `'x''y'`, '"\\x41"', 'a:b', 'a#b'),
  );
  const gap = fc.constantFrom('', '  # why', '\t# tab', ' ');
  const before = fc.constantFrom(
    '',
    '# head\n',
    '\n\n',
    '---\n',
    '%YAML 1.2\n---\n',
    'a: &x [1, {b: c}]\nd: *x\n',
    't: |\n  text\n\n',
  );
  const after = fc.constantFrom(
    '',
    '\n# tail\n',
    '\n\n\nz: >-\n  folded\n  text\n',
    'z:   {a: 1,b:   2 }   # flow\n',
    '...\n',
  );
  const shape = fc.constantFrom<[path: string, write: (value: string, rest: string) => string]>(
    ['image', (value, rest) => `image:   ${value}${rest}\n`],
    ['"im age"'.slice(1, -1), (value, rest) => `"im age": ${value}${rest}\n`],
    ['o.image.tag', (value, rest) => `o:\n      image: # c\n         tag: ${value}${rest}\n         pull: x\n`],
    ['o.image', (value, rest) => `o: { a: 1 ,image: ${value} , b: [ 1 ]}${rest}\n`],
    ['l.1.image', (value, rest) => `l:\n- image: x\n- name: y\n  image: ${value}${rest}\n`],
    ['image', (value, rest) => `image: &i ${value}${rest}\n`],
    ['image', (value, rest) => `image: &i ${value}${rest}\ninit: [*i, {image: *i}]\n`],
    ['image', (value, rest) => `image:\n  ${value}${rest}\n`],
    ['image', (value, rest) => `? image\n: ${value}${rest}\n`],
    ['l.0', (value, rest) => `l: [${value}, ${rest.trim() === '' ? '' : `x${rest}\n`}]\n`],
    ['l.0.image', (value, rest) => `l: [image: ${value} ]${rest}\n`],
    ['image', (value, rest) => `image: !!str ${value}${rest}\n`],
  );
  const value = fc.oneof(
    plain,
    fc.string(),
    fc.constantFrom('r.io/op:v2', 'yes', '1.10', '#', "it's", '"', 'a: b', ''),
  );

  it('is every byte outside of the value, with any line end and mark', () => {
    const marks = fc.record({ bom: fc.boolean(), crlf: fc.boolean() });
    fc.assert(
      fc.property(
        before,
        after,
        shape,
        written,
        gap,
        value,
        marks,
        (head, tail, [path, write], old, rest, text, how) => {
          const finish = (body: string) =>
            `${how.bom ? '\uFEFF' : ''}${how.crlf ? body.replaceAll('\n', '\r\n') : body}`;
          const hole = '\u0000';
          const [start = '', end = ''] = finish(`${head}${write(hole, rest)}${tail}`).split(hole);
          const result = edit(`${start}${old}${end}`, { [path]: text });
          expect(result.startsWith(start)).toBe(true);
          expect(result.endsWith(end)).toBe(true);
          expect(parse(result.slice(start.length, result.length - end.length))).toBe(text);
          expect(edit(result, { [path]: text })).toBe(result);
          const expected = parseDocument(`${start}${old}${end}`);
          const node = expected.getIn(
            path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key)),
            true,
          );
          if (isScalar(node)) node.value = text;
          expect(parse(result)).toEqual(expected.toJS());
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Writes a tree by hand, with a numbered comment on every line of block style. */
function write(values: Record<string, unknown>, how: { flow: boolean; crlf: boolean; indent: number }): string {
  let comments = 0;
  const lines = (map: Record<string, unknown>, depth: number): string[] =>
    Object.entries(map).flatMap(([key, value]) => {
      const start = `${' '.repeat(depth * how.indent)}"${key}":`;
      const nested = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
      if (nested === undefined || how.flow || Object.keys(nested).length === 0) {
        return [`${start} ${JSON.stringify(value)} # comment ${comments++}`];
      }
      return [`${start} # comment ${comments++}`, ...lines(nested, depth + 1)];
    });
  const text = lines(values, 0);
  return (text.length === 0 ? ['# comment 0'] : text).join(how.crlf ? '\r\n' : '\n');
}

function put(map: Record<string, unknown>, keys: readonly string[], value: string): boolean {
  const [key = '', ...rest] = keys;
  const there = Object.hasOwn(map, key) ? map[key] : undefined;
  if (rest.length === 0) {
    if (typeof there === 'object') return false;
    map[key] = value;
    return true;
  }
  if (there === undefined) map[key] = {};
  else if (typeof there !== 'object') return false;
  return put(map[key] as Record<string, unknown>, rest, value);
}
