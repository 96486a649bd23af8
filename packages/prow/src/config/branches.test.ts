import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { branchesOverlap, runsOnBranch } from './branches.js';

const patterns = fc.array(fc.constantFrom('main', 'rel-1', 'rel-2', '^rel', 'x$'), { maxLength: 3 });
const filter = fc.record({ branches: patterns, skip_branches: patterns }, { requiredKeys: [] });

describe(branchesOverlap, () => {
  it.each([
    [{}, { branches: ['a'] }, true],
    [{ branches: ['a', 'b'] }, { branches: ['b'] }, true],
    [{ branches: ['a'] }, { branches: ['b'] }, false],
    // Prow compares the texts of the patterns: these do overlap, and it does not see it.
    [{ branches: ['^main$'] }, { branches: ['main'] }, false],
    [{ branches: ['rel-1'] }, { skip_branches: ['^rel'] }, false],
    [{ branches: ['rel-1', 'main'] }, { skip_branches: ['^rel'] }, true],
    [{ skip_branches: ['a'] }, { skip_branches: ['b'] }, true],
  ])('of %j and %j is %s', (a, b, overlap) => {
    expect(branchesOverlap(a, b)).toBe(overlap);
  });

  it('is symmetric', () => {
    fc.assert(fc.property(filter, filter, (a, b) => branchesOverlap(a, b) === branchesOverlap(b, a)));
  });
});

describe(runsOnBranch, () => {
  it('runs everywhere without a filter', () => {
    fc.assert(fc.property(fc.string(), (branch) => runsOnBranch({ branches: [] }, branch)));
  });

  it('refuses a pattern that is none', () => {
    expect(() => runsOnBranch({ branches: ['('] }, 'main')).toThrow('not a regular expression of Go');
  });
});
