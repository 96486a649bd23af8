import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allows, missingFrom } from './rules.js';
import type { PolicyRule } from './rules.js';

const some = (...values: string[]): fc.Arbitrary<string[]> => fc.subarray(values, { minLength: 1 });
const rules = fc.array(
  fc.record({
    verbs: some('get', 'list', '*'),
    apiGroups: some('', 'apps', '*'),
    resources: some('pods', 'pods/log', '*/log', '*'),
    resourceNames: fc.subarray(['a', 'b']),
  }),
  { maxLength: 3 },
);
const wanted = fc.record({
  verb: fc.constantFrom('get', 'list'),
  group: fc.constantFrom('', 'apps'),
  resource: fc.constantFrom('pods', 'nodes'),
  subresource: fc.constantFrom(undefined, 'log'),
  name: fc.constantFrom('a', 'c'),
});
const user = { username: 'jane', groups: [] };

describe(missingFrom, () => {
  it('is empty only where everything that is wanted is allowed by what is held', () => {
    fc.assert(
      fc.property(rules, rules, wanted, (held, asked, { subresource, ...request }) => {
        fc.pre(missingFrom(held, asked).length === 0);
        const attributes = { user, ...request, ...(subresource === undefined ? {} : { subresource }) };
        const isIn = (list: readonly PolicyRule[]): boolean => list.some((rule) => allows(rule, attributes));
        if (isIn(asked)) expect(isIn(held)).toBe(true);
      }),
    );
  });

  it('is empty for what is held already', () => {
    fc.assert(fc.property(rules, (held) => void expect(missingFrom(held, held)).toEqual([])));
  });
});

describe(allows, () => {
  it.each([
    ['/apis', true],
    ['/apis/apps', true],
    ['/api', false],
  ])('takes a star at the end of a path for all below: %s is %s', (path, isAllowed) => {
    const rule = { verbs: ['get'], nonResourceURLs: ['/apis*'] };
    expect(allows(rule, { user, verb: 'get', path })).toBe(isAllowed);
  });
});
