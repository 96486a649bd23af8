import { describe, expect, it } from 'vitest';
import { PipelineError } from './errors.js';
import { toTaskError } from './result.js';

describe(toTaskError, () => {
  it.each([
    ['an error', new TypeError('no'), { name: 'TypeError', message: 'no' }],
    ['a thrown text', 'gone', { name: 'Error', message: 'gone' }],
    ['undefined', undefined, { name: 'Error', message: 'undefined' }],
    ['an error without a message', new RangeError(), { name: 'RangeError', message: 'RangeError' }],
    [
      'an error with facts',
      Object.assign(new Error('no'), { code: 'X', hint: 'do', detail: 'long', infrastructure: true, secret: 1 }),
      { name: 'Error', message: 'no', code: 'X', hint: 'do', detail: 'long', infrastructure: true },
    ],
    ['a numeric code', Object.assign(new Error('no'), { code: 14 }), { name: 'Error', message: 'no', code: '14' }],
    [
      'several errors',
      new AggregateError([new PipelineError('CYCLE', 'one', { hint: 'do' }), new Error('two')], 'both'),
      { name: 'AggregateError', message: 'both; one; two', code: 'CYCLE', hint: 'do' },
    ],
    [
      'several errors of infrastructure',
      new AggregateError([Object.assign(new Error('one'), { infrastructure: true })], 'all: one'),
      { name: 'AggregateError', message: 'all: one', infrastructure: true },
    ],
  ])('reads %s', (_what, thrown, error) => {
    const { infrastructure = undefined, ...rest } = toTaskError(thrown);
    const { infrastructure: expected = undefined, ...others } = error as { infrastructure?: boolean };
    expect(rest).toEqual(others);
    expect(infrastructure ?? false).toBe(expected ?? false);
  });
});
