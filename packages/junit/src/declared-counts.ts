import type { Counts, DeclaredCounts } from './report.js';
import type { Attributes } from './xml-scanner.js';

const KEYS = ['tests', 'failures', 'errors', 'skipped'] as const;

/** Cases of a suite alone, and with those of the suites below it. */
export interface SuiteCounts {
  readonly own: Counts;
  readonly all: Counts;
}

/** Counts in the attributes that agree neither with the suite's own cases nor with all below it. */
export function findDisagreement(attributes: Attributes, { own, all }: SuiteCounts): DeclaredCounts | undefined {
  // Some tools count a suite's own cases only; where it has none, that would agree with any zero.
  const alone = own.tests === 0 ? all : own;
  const declared: { -readonly [key in keyof DeclaredCounts]: DeclaredCounts[key] } = {};
  for (const key of KEYS) {
    const count = parseCount(attributes[key]);
    if (count === undefined) continue;
    // Ginkgo and googletest count what is switched off apart from what is skipped; among the cases it is the same.
    const counts = key === 'skipped' ? [count, count + (parseCount(attributes['disabled']) ?? 0)] : [count];
    if (!counts.some((one) => one === alone[key] || one === all[key])) declared[key] = count;
  }
  return Object.keys(declared).length === 0 ? undefined : declared;
}

function parseCount(text: string | undefined): number | undefined {
  const digits = text?.trim().replaceAll(',', '');
  return digits !== undefined && /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** A sentence for each count of `owner` that its cases do not bear out. */
export function describeDisagreement(owner: string, declared: DeclaredCounts, counts: Counts): readonly string[] {
  return KEYS.filter((key) => declared[key] !== undefined).map(
    (key) => `${owner} says ${key}="${declared[key]}", its cases say ${counts[key]}`,
  );
}
