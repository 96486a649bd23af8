import { describe, expect, expectTypeOf, it } from 'vitest';
import { expandMatrix } from './matrix.js';

describe(expandMatrix, () => {
  it('gives every combination, the last axis changing fastest', () => {
    const cells = expandMatrix({ kubernetes: ['1.33', '1.34'], gpu: [true, false] });
    expect(cells).toEqual([
      { kubernetes: '1.33', gpu: true, suffix: '1.33-true' },
      { kubernetes: '1.33', gpu: false, suffix: '1.33-false' },
      { kubernetes: '1.34', gpu: true, suffix: '1.34-true' },
      { kubernetes: '1.34', gpu: false, suffix: '1.34-false' },
    ]);
    expectTypeOf(cells[0]!.kubernetes).toEqualTypeOf<'1.33' | '1.34'>();
  });

  it('leaves out what is excluded, and adds what is included', () => {
    const axes = { zone: ['a', 'b'], nodes: [1, 3] };
    const cells = expandMatrix(axes, {
      exclude: [{ zone: 'a', nodes: 3 }, { zone: 'b' }],
      include: [{ zone: 'c', nodes: 9 }],
    });
    expect(cells.map(({ suffix }) => suffix)).toEqual(['a-1', 'c-9']);
  });

  it('gives one empty combination of no axis, and none of an empty one', () => {
    expect(expandMatrix({})).toEqual([{ suffix: '' }]);
    expect(expandMatrix({ zone: [] })).toEqual([]);
  });

  it('makes suffixes that names may end with', () => {
    expect(expandMatrix({ image: ['repo/app:1'] })[0]!.suffix).toBe('repo-app-1');
  });

  it.each([
    ['an axis named suffix', () => expandMatrix({ suffix: ['a'] }), 'an axis is named "suffix"'],
    ['two of one suffix', () => expandMatrix({ a: ['x/y', 'x:y'] }), 'two combinations are both named "x-y"'],
  ])('rejects %s', (_what, expand, message) => {
    expect(expand).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message }));
  });
});
