import type { BranchJob } from './job-config.js';
import { compileRe2 } from './re2.js';

/** What says on which branches a job runs: regular expressions, searched anywhere in the name. */
export type BranchFilter = Pick<BranchJob, 'branches' | 'skip_branches'>;

const isEmpty = (patterns: readonly string[] | undefined): patterns is undefined | readonly [] => !patterns?.length;

/**
 * Whether a job runs on a branch. Patterns are not anchored: `main` also matches `mainline`.
 *
 * @throws {ProwError} `INVALID_CONFIG` for a pattern that is none.
 */
export function runsOnBranch({ branches, skip_branches }: BranchFilter, branch: string): boolean {
  if (!isEmpty(skip_branches) && matchesAny(skip_branches, branch)) return false;
  return isEmpty(branches) || matchesAny(branches, branch);
}

/**
 * Whether two jobs may run on the same branch, by Prow's own approximation: one without any filter overlaps with all, two
 * lists of branches where they share an entry, a list and its opposite where an entry of the list would run under the other.
 */
export function branchesOverlap(a: BranchFilter, b: BranchFilter): boolean {
  if (isUnrestricted(a) || isUnrestricted(b)) return true;
  if (!isEmpty(a.branches) && !isEmpty(b.branches)) return a.branches.some((branch) => b.branches?.includes(branch));
  if (!isEmpty(a.branches)) return a.branches.some((branch) => runsOnBranch(b, branch));
  if (!isEmpty(b.branches)) return b.branches.some((branch) => runsOnBranch(a, branch));
  return true;
}

function isUnrestricted({ branches, skip_branches }: BranchFilter): boolean {
  return isEmpty(branches) && isEmpty(skip_branches);
}

function matchesAny(patterns: readonly string[], branch: string): boolean {
  return compileRe2(patterns.join('|')).test(branch);
}
