import { describe, expect, it } from 'vitest';
import { formatDuration } from './duration.js';

describe(formatDuration, () => {
  it.each([
    [-5, '0ms'],
    [0, '0ms'],
    [999.4, '999ms'],
    [999.5, '1.0s'],
    [59_949, '59.9s'],
    [59_950, '1m00s'],
    [185_000, '3m05s'],
    [3_599_499, '59m59s'],
    [3_599_500, '1h00m'],
    [93_600_000, '26h00m'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
