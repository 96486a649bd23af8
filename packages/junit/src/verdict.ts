import type { Counts, DeclaredCounts, TestCase, TestReport, TestSuite } from './report.js';
import { casesOf, countCases, statusOf } from './report.js';

/** A case that did not pass. */
export interface FailedCase {
  /** Names of the suites around it, joined by dots, as TestGrid names rows. */
  readonly suite: string;
  readonly name: string;
  /** One line: why. Never empty. */
  readonly message: string;
  /** What the tool wrote about it; several problems are separated by an empty line. */
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
  /** Cases with failures or errors, in document order. */
  readonly failed: readonly FailedCase[];
  /** Where counts in the attributes do not agree with the cases, a sentence each. They are not part of the verdict. */
  readonly disagreements: readonly string[];
}

/** Judges a report by its cases; what its attributes count is only compared. */
export function verdictOf(report: TestReport): Verdict {
  const located = [...casesOf(report.suites)];
  const counts = countCases(located.map(({ testCase }) => testCase));
  const failed = located
    .filter(({ testCase }) => testCase.problems.length > 0)
    .map(({ path, testCase }) => describeFailure(path.join('.'), testCase));
  return {
    passed: counts.tests > 0 && failed.length === 0,
    ...counts,
    flaky: located.filter(({ testCase }) => testCase.flaky === true && statusOf(testCase) === 'passed').length,
    failed,
    disagreements: [...listDisagreements(report)],
  };
}

/** Adds verdicts up. Without any there are no cases, and that is not a pass. */
export function addVerdicts(verdicts: readonly Verdict[]): Verdict {
  const sum = (key: keyof Counts | 'flaky') => verdicts.reduce((total, verdict) => total + verdict[key], 0);
  const failed = verdicts.flatMap((verdict) => verdict.failed);
  const tests = sum('tests');
  return {
    passed: tests > 0 && failed.length === 0,
    tests,
    failures: sum('failures'),
    errors: sum('errors'),
    skipped: sum('skipped'),
    flaky: sum('flaky'),
    failed,
    disagreements: verdicts.flatMap(({ disagreements }) => disagreements),
  };
}

function describeFailure(suite: string, { name, problems }: TestCase): FailedCase {
  // As TestGrid does: an error comes before a failure.
  const [first] = [...problems].sort((a, b) => Number(b.kind === 'error') - Number(a.kind === 'error'));
  const texts = problems.map(({ text }) => text ?? '').filter((text) => text !== '');
  const message = firstLine(first?.message) ?? firstLine(first?.text) ?? first?.type ?? first?.kind ?? 'failure';
  return { suite, name, message, ...(texts.length === 0 ? {} : { text: texts.join('\n\n') }) };
}

function firstLine(text: string | undefined): string | undefined {
  return text
    ?.split('\n')
    .map((line) => line.trim())
    .find((line) => line !== '');
}

function* listDisagreements(report: TestReport): Generator<string> {
  yield* compare('the report', report.declared, report.suites);
  yield* inSuites(report.suites);
}

function* inSuites(suites: readonly TestSuite[]): Generator<string> {
  for (const suite of suites) {
    yield* compare(`suite ${JSON.stringify(suite.name)}`, suite.declared, [suite]);
    yield* inSuites(suite.suites ?? []);
  }
}

function* compare(
  owner: string,
  declared: DeclaredCounts | undefined,
  suites: readonly TestSuite[],
): Generator<string> {
  if (declared === undefined) return;
  const counts = countCases([...casesOf(suites)].map(({ testCase }) => testCase));
  for (const key of ['tests', 'failures', 'errors', 'skipped'] as const) {
    if (declared[key] !== undefined) yield `${owner} says ${key}="${declared[key]}", its cases say ${counts[key]}`;
  }
}
