import { describe, expect, it } from 'vitest';
import { isLabelValue, isQualifiedName } from './labels.js';

describe(isQualifiedName, () => {
  it.each(['a', 'A_b.c-9', 'prow.k8s.io/type', `${'a'.repeat(253)}/${'b'.repeat(63)}`])('takes %s', (key) => {
    expect(isQualifiedName(key)).toBe(true);
  });
  it.each(['', '/a', 'a/', 'a/b/c', '-a', 'a b', 'Upper.example/a', 'a'.repeat(64), `${'a'.repeat(254)}/b`])(
    'refuses %j',
    (key) => {
      expect(isQualifiedName(key)).toBe(false);
    },
  );
});

describe(isLabelValue, () => {
  it.each([
    ['', true],
    ['1.2', true],
    ['a'.repeat(63), true],
    ['a'.repeat(64), false],
    ['x_', false],
    ['a/b', false],
  ])('judges %j: %s', (value, valid) => {
    expect(isLabelValue(value)).toBe(valid);
  });
});
