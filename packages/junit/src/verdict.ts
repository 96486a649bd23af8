import type { VerdictLimits } from './failure-digest.js';
import { createJudge, type Judge } from './judge.js';
import type { Counts, TestCase, TestReport, TestSuite } from './report.js';

/** A case that did not pass. */
export interface FailedCase {
  /** Names of the suites around it, joined by dots, as TestGrid names rows. */
  readonly suite: string;
  readonly name: string;
  /** One line of at most 1,000 characters: why. Never empty. */
  readonly message: string;
  /** What the tool wrote about it; several problems are separated by an empty line. The last line says what was cut. */
  readonly text?: string;
  /** Report that it is in, where the verdict is of files. */
  readonly file?: string;
}

/** What a report says, by its cases. Each case counts once. */
export interface Verdict extends Counts {
  /** There are cases, and none of them failed. No case at all is not a pass. */
  readonly passed: boolean;
  /** Cases that passed, but not at the first attempt. */
  readonly flaky: number;
  /** The first cases with failures or errors, in order. Their number is that of `failures` and `errors`, not of these. */
  readonly failed: readonly FailedCase[];
  /** Failed cases beyond those. Left out where there are none. */
  readonly moreFailed?: number;
  /** Where counts in the attributes do not agree with the cases, a sentence each. They are not part of the verdict. */
  readonly disagreements: readonly string[];
  /** Disagreements beyond those. Left out where there are none. */
  readonly moreDisagreements?: number;
  /** Most failures and errors that one element counts and its cases do not bear out. Left out where there are none. */
  readonly declaredFailures?: number;
}

/** Judges a report by its cases; what its attributes count is only compared. */
export function verdictOf(report: TestReport, limits: VerdictLimits = {}): Verdict {
  const judge = createJudge(limits);
  judge.openSuite('the report');
  for (const suite of report.suites) judgeSuite(judge, suite);
  judge.closeSuite(() => report.declared);
  return judge.verdict();
}

/** Adds verdicts up. Without any there are no cases, and that is not a pass. */
export function addVerdicts(verdicts: readonly Verdict[], { maxFailed = 1_000 }: VerdictLimits = {}): Verdict {
  const sum = (key: keyof Counts | 'flaky') => verdicts.reduce((total, verdict) => total + verdict[key], 0);
  const failed = verdicts.flatMap((verdict) => verdict.failed).slice(0, maxFailed);
  const disagreements = verdicts.flatMap((verdict) => verdict.disagreements);
  const moreDisagreements =
    verdicts.reduce((total, verdict) => total + (verdict.moreDisagreements ?? 0), 0) +
    Math.max(0, disagreements.length - maxFailed);
  const declaredFailures = Math.max(0, ...verdicts.map((verdict) => verdict.declaredFailures ?? 0));
  const [tests, failures, errors] = [sum('tests'), sum('failures'), sum('errors')];
  const moreFailed = failures + errors - failed.length;
  return {
    passed: tests > 0 && failures + errors === 0,
    tests,
    failures,
    errors,
    skipped: sum('skipped'),
    flaky: sum('flaky'),
    failed,
    ...(moreFailed === 0 ? {} : { moreFailed }),
    disagreements: disagreements.slice(0, maxFailed),
    ...(moreDisagreements === 0 ? {} : { moreDisagreements }),
    ...(declaredFailures === 0 ? {} : { declaredFailures }),
  };
}

function judgeSuite(judge: Judge, { name, cases, suites = [], declared }: TestSuite): void {
  judge.openSuite(`suite ${JSON.stringify(name)}`, name);
  for (const testCase of cases) judgeCase(judge, testCase);
  for (const suite of suites) judgeSuite(judge, suite);
  judge.closeSuite(() => declared);
}

function judgeCase(judge: Judge, { name, problems, skipped, flaky }: TestCase): void {
  const facts = { name, isSkipped: skipped !== undefined, isFlaky: flaky === true };
  if (problems.length === 0) return judge.addCase(facts);
  const digest = judge.createDigest();
  for (const problem of problems) {
    digest.start(problem);
    digest.text(problem.text ?? '');
  }
  judge.addCase({ ...facts, digest });
}
