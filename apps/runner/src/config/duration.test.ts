import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.js';

describe(parseDuration, () => {
  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['250ms', 250],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 'm', '1d', '-5s', '0s', '5 s', '1h-2m'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
