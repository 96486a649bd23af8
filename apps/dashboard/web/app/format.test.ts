import { describe, expect, it } from 'vitest';
import { formatAge, formatBytes, formatDuration, shortBuild } from './format.js';

describe(formatDuration, () => {
  it.each([
    [0, '0ms'],
    [412, '412ms'],
    [12_340, '12.3s'],
    [59_949, '59.9s'],
    [59_960, '1m 00s'],
    [127_000, '2m 07s'],
    [3_840_000, '1h 04m'],
    [-5, '0ms'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe(formatBytes, () => {
  it.each([
    [999, '999 B'],
    [2_345, '2.3 kB'],
    [104_857_600, '105 MB'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe(formatAge, () => {
  it.each([
    [3_000, 'just now'],
    [40_000, '40s ago'],
    [90_000, '1m ago'],
    [7_200_000, '2h ago'],
    [3 * 86_400_000, '3d ago'],
  ])('says of %d ms ago: %s', (agoMs, text) => {
    expect(formatAge(1_000_000_000_000 - agoMs, 1_000_000_000_000)).toBe(text);
  });
});

describe(shortBuild, () => {
  it('keeps the end, which tells runs apart', () => {
    expect(shortBuild('2126689752882854946')).toBe('…82854946');
    expect(shortBuild('17')).toBe('17');
  });
});
