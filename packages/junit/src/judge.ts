import { describeDisagreement, type SuiteCounts } from './declared-counts.js';
import { createFailureDigest, type FailureDigest, type VerdictLimits } from './failure-digest.js';
import type { Counts, DeclaredCounts } from './report.js';
import type { FailedCase, Verdict } from './verdict.js';

/** Gets a report's suites and cases in document order, and holds what a verdict says of them. */
export interface Judge {
  /** @param owner what sentences about its counts call it @param name `undefined` for the report itself */
  openSuite(owner: string, name?: string): void;
  /** @param declaredOf finds what the suite's attributes say other than its cases do */
  closeSuite(declaredOf: (counts: SuiteCounts) => DeclaredCounts | undefined): void;
  /** Digest for the problems of the case that comes next. */
  createDigest(): FailureDigest;
  addCase(testCase: JudgedCase): void;
  verdict(): Verdict;
}

/** What counts of a case. */
export interface JudgedCase {
  readonly name: string;
  /** Its problems; left out when there are none. */
  readonly digest?: FailureDigest;
  readonly isSkipped: boolean;
  /** Passed, but not at the first attempt. */
  readonly isFlaky: boolean;
}

type Tally = { -readonly [key in keyof Counts]: number };

interface OpenSuite {
  readonly owner: string;
  readonly path: string;
  /** Place among all suites, in order of their opening. */
  readonly order: number;
  readonly own: Tally;
  readonly all: Tally;
}

/** Makes a judge for one report. What it holds does not grow with the report, beyond `limits`. */
export function createJudge({ maxFailed = 1_000, maxTextChars = 10_000 }: VerdictLimits = {}): Judge {
  const stack: OpenSuite[] = [];
  const total = createTally();
  const failed: FailedCase[] = [];
  const disagreements: { readonly order: number; readonly sentence: string }[] = [];
  let [suites, flaky, allDisagreements, declaredFailures] = [0, 0, 0, 0];

  return {
    openSuite(owner, name = '') {
      const outer = stack.at(-1)?.path ?? '';
      const path = [outer, name].filter((part) => part !== '').join('.');
      stack.push({ owner, path, order: (suites += 1), own: createTally(), all: createTally() });
    },
    closeSuite(declaredOf) {
      const suite = stack.pop();
      if (suite === undefined) return;
      const { owner, order, own, all } = suite;
      const outer = stack.at(-1)?.all ?? total;
      for (const key of ['tests', 'failures', 'errors', 'skipped'] as const) outer[key] += all[key];
      const declared = declaredOf({ own, all });
      if (declared === undefined) return;
      declaredFailures = Math.max(declaredFailures, (declared.failures ?? 0) + (declared.errors ?? 0));
      for (const sentence of describeDisagreement(owner, declared, all)) {
        allDisagreements += 1;
        if (disagreements.length < maxFailed) disagreements.push({ order, sentence });
      }
    },
    createDigest: () => createFailureDigest(maxTextChars),
    addCase({ name, digest, isSkipped, isFlaky }) {
      const suite = stack.at(-1);
      const kind = digest?.kind ?? (isSkipped ? 'skipped' : undefined);
      for (const tally of suite === undefined ? [total] : [suite.own, suite.all]) count(tally, kind);
      if (isFlaky && kind === undefined) flaky += 1;
      if (digest !== undefined && failed.length < maxFailed) {
        failed.push({ suite: suite?.path ?? '', name, ...digest.end() });
      }
    },
    verdict() {
      const all = total.failures + total.errors;
      return {
        passed: total.tests > 0 && all === 0,
        ...total,
        flaky,
        failed,
        ...(all === failed.length ? {} : { moreFailed: all - failed.length }),
        // The outermost first, which closes last.
        disagreements: disagreements.sort((a, b) => a.order - b.order).map(({ sentence }) => sentence),
        ...(allDisagreements === disagreements.length
          ? {}
          : { moreDisagreements: allDisagreements - disagreements.length }),
        ...(declaredFailures === 0 ? {} : { declaredFailures }),
      };
    },
  };
}

function createTally(): Tally {
  return { tests: 0, failures: 0, errors: 0, skipped: 0 };
}

function count(tally: Tally, kind: 'failure' | 'error' | 'skipped' | undefined): void {
  tally.tests += 1;
  if (kind === 'failure') tally.failures += 1;
  if (kind === 'error') tally.errors += 1;
  if (kind === 'skipped') tally.skipped += 1;
}
