import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLines, runAddress } from './addresses.js';

// As the server lets names pass.
const jobName = fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !/^\.{1,2}$|\//.test(name));

describe(runAddress, () => {
  it('survives names of every kind', () => {
    fc.assert(
      fc.property(jobName, fc.string({ unit: 'grapheme' }), (name, test) => {
        const url = new URL(`http://localhost${runAddress(`logs/${name}/1`, { test })}`);
        expect(url.searchParams.get('test')).toBe(test);
        expect(url.pathname.split('/')).toHaveLength(5);
      }),
    );
  });
});

describe(parseLines, () => {
  it.each([
    ['12', { from: 12, to: 12 }],
    ['12-20', { from: 12, to: 20 }],
    ['20-12', { from: 12, to: 20 }],
    ['0', undefined],
    ['12-', undefined],
    ['x', undefined],
    [null, undefined],
  ])('reads %j', (text, range) => {
    expect(parseLines(text)).toEqual(range);
  });
});
