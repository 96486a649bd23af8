import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compareKeys, formatYaml } from './format-prow-job.js';
import type { ProwJobStatus } from './prow-job.js';

const status = (fields: object) => ({ state: 'success', ...fields }) as ProwJobStatus;

describe(formatYaml, () => {
  it.each([
    'true',
    'yes',
    'off',
    'y',
    '~',
    'null',
    '',
    '7',
    '1.2',
    '1e5',
    '12e34',
    '0o17',
    '017',
    '0x1f',
    '1_000',
    '1:30',
    '.inf',
    '2026-08-01',
    '2026-08-01T12:00:00Z',
    '123e4567',
    '=',
    '<<',
    '1e',
  ])('keeps %j a text for every reader', async (text) => {
    const yaml = await formatYaml(status({ description: text }));
    expect(parse(yaml, { version: '1.1' })).toEqual(status({ description: text }));
    expect(parse(yaml, { version: '1.2' })).toEqual(status({ description: text }));
  });

  it('is read as what was written, whatever the texts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (description, url) => {
        const yaml = await formatYaml(status({ description, url }));
        expect(parse(yaml, { version: '1.1' })).toEqual(status({ description, url }));
        expect(parse(yaml, { version: '1.2' })).toEqual(status({ description, url }));
      }),
    );
  });

  it.each([
    ['7', '"7"'],
    ['', '""'],
    ['<<', '"<<"'],
    ['a: b', "'a: b'"],
    ["it's", "it's"],
    ['@x', "'@x'"],
    ['a\tb', '"a\\tb"'],
    ['(?m)^/test( | .* )x,?($|\\s.*)', '(?m)^/test( | .* )x,?($|\\s.*)'],
    ['\n\tx', '"\\n\\tx"'],
    ['x'.repeat(200), 'x'.repeat(200)],
  ])('quotes %j as Go does', async (text, written) => {
    expect(await formatYaml({ text })).toBe(`text: ${written}\n`);
  });

  it('writes texts of several lines as they are', async () => {
    expect(await formatYaml(status({ description: 'one\ntwo\n' }))).toBe(
      'description: |\n  one\n  two\nstate: success\n',
    );
  });

  it('leaves out what is absent and empty lists, keeps empty objects', async () => {
    const yaml = await formatYaml(status({ a: undefined, b: null, c: [], d: {}, e: [{ f: [] }], g: 0, h: false }));
    expect(yaml).toBe('d: {}\ne:\n- {}\ng: 0\nh: false\nstate: success\n');
  });

  it('repeats what is shared instead of naming it', async () => {
    const shared = { a: 1 };
    expect(await formatYaml(status({ one: shared, two: shared }))).not.toMatch(/[&*]/);
  });
});

describe(compareKeys, () => {
  it('sorts signs before digits before letters', () => {
    const sorted = ['1', 'A', 'a', 'a-b', 'a_b', 'a1b', 'ab', 'b', 'prow.k8s.io/job', 'prowjob'];
    expect(sorted.toReversed().sort(compareKeys)).toEqual(sorted);
  });

  it('is an order', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'B', '0', '1', '9', '-', '.', '/'), maxLength: 6 });
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(-Math.sign(compareKeys(b, a)) + 0);
        expect(compareKeys(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
