import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toJson } from './output.js';

describe(toJson, () => {
  it('gives what JSON would give, of anything at all', () => {
    const anything = fc.anything({
      withDate: true,
      withNullPrototype: true,
      withSparseArray: true,
      withObjectString: true,
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), anything), (value) => {
        const text = JSON.stringify(value) as string | undefined;
        if (value === undefined) expect(toJson(value)).toBeUndefined();
        else if (text === undefined)
          expect(() => toJson(value)).toThrow(expect.objectContaining({ code: 'OUTPUT_NOT_JSON' }));
        else expect(toJson(value)).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('shares nothing with the value', () => {
    const value = { list: [{ at: 1 }] };
    const copy = toJson(value) as typeof value;
    value.list[0]!.at = 2;
    expect(copy).toEqual({ list: [{ at: 1 }] });
  });

  it.each([
    ['a list with a say of its own', Object.assign([1], { toJSON: () => 'x' }), 'x'],
    [
      'a class',
      new (class {
        readonly a = 1;
        get b() {
          return 2;
        }
      })(),
      { a: 1 },
    ],
    ['fields that are undefined', { a: undefined, b: [undefined] }, { b: [null] }],
    ['a key named __proto__', JSON.parse('{"__proto__":1}'), JSON.parse('{"__proto__":1}')],
    ['numbers that JSON does not have', [Number.NaN, -0, Infinity], [null, 0, null]],
  ])('copies %s', (_what, value, expected) => {
    expect(toJson(value)).toStrictEqual(expected);
  });

  it.each([
    ['a big integer', 1n],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ])('rejects %s', (_what, value) => {
    expect(() => toJson(value)).toThrow(expect.objectContaining({ code: 'OUTPUT_NOT_JSON' }));
  });

  it('rejects what is in itself, and copies what is deep', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => toJson(loop)).toThrow(expect.objectContaining({ code: 'OUTPUT_NOT_JSON' }));
    let deep: unknown = 1;
    for (let at = 0; at < 100; at += 1) deep = [deep];
    expect(toJson(deep)).toEqual(deep);
  });
});
