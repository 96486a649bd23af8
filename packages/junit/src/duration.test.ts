import { describe, expect, it } from 'vitest';
import { formatSeconds, parseSeconds } from './duration.js';

describe(parseSeconds, () => {
  it.each([
    ['1.5', 1.5],
    [' 0 ', 0],
    ['.25', 0.25],
    ['1e-05', 0.00001],
    ['1,234.5', 1234.5],
    ['1,234,567.8', 1234567.8],
    ['1,234', 1234],
    ['0,234', 0.234],
    ['1,5', 1.5],
    ['1.234,5', 1234.5],
    ["1'234.5", 1234.5],
    ['1.5s', 1.5],
    ['120ms', 0.12],
    ['3 min', 180],
    ['1h2m3.5s', 3723.5],
    ['250µs', 0.00025],
  ])('reads %s', (text, seconds) => {
    expect(parseSeconds(text)).toBeCloseTo(seconds, 9);
  });

  it.each(['', '-', 'NaN', '-1', 'soon', '1.5 parsecs', '1s later', 'e5'])('makes nothing of %j', (text) => {
    expect(parseSeconds(text)).toBeUndefined();
  });
});

describe(formatSeconds, () => {
  it.each([
    [0, '0'],
    [1.5, '1.5'],
    [10, '10'],
    [1e-10, '0'],
    [0.000000001, '0.000000001'],
    [0.006078536, '0.006078536'],
    [0.1 + 0.2, '0.3'],
    [1234567.125, '1234567.125'],
    [1e30, '0'],
    [-1, '0'],
    [Number.NaN, '0'],
  ])('writes %d', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});
