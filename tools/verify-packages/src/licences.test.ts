import { describe, expect, it } from 'vitest';
import { isAllowed } from './licences.js';

describe(isAllowed, () => {
  it.each(['MIT', '(MIT OR GPL-3.0)', 'Apache-2.0 AND MIT', '(BSD-2-Clause OR MIT OR Apache-2.0)'])(
    'takes %s',
    (text) => {
      expect(isAllowed(text)).toBe(true);
    },
  );

  it.each(['', 'GPL-3.0', 'MIT AND GPL-3.0', 'SEE LICENSE IN LICENSE', 'UNLICENSED'])('refuses %j', (text) => {
    expect(isAllowed(text)).toBe(false);
  });
});
