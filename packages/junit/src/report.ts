/** How a test case ended. `failed` is an assertion, `error` a crash: JUnit keeps them apart. */
export type TestStatus = 'passed' | 'failed' | 'error' | 'skipped';

/** A `failure` or `error` element. */
export interface Problem {
  readonly kind: 'failure' | 'error';
  /** One line. */
  readonly message?: string;
  /** Class or code of the error. */
  readonly type?: string;
  /** Everything there is to say: stack, output. */
  readonly text?: string;
}

/** A `skipped` element. */
export interface Skipped {
  readonly message?: string;
  readonly text?: string;
}

/** A `testcase` element. */
export interface TestCase {
  readonly name: string;
  readonly className?: string;
  readonly durationSeconds?: number;
  /** In order; a case without any passed, unless it was skipped. */
  readonly problems: readonly Problem[];
  readonly skipped?: Skipped;
  /** Failed attempts before the one that passed (Surefire's `flakyFailure` and `flakyError`). */
  readonly flaky?: readonly Problem[];
  readonly systemOut?: string;
  readonly systemErr?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly file?: string;
}

/** A `testsuite` element. Counts are not kept: they follow from the cases. */
export interface TestSuite {
  readonly name: string;
  /** ISO 8601, as it was written. */
  readonly timestamp?: string;
  readonly cases: readonly TestCase[];
  readonly suites?: readonly TestSuite[];
  readonly properties?: Readonly<Record<string, string>>;
  readonly systemOut?: string;
  readonly systemErr?: string;
}

/** A document. */
export interface TestReport {
  readonly suites: readonly TestSuite[];
}

/** Error over failure over skipped over passed, as TestGrid has it. */
export function statusOf({ problems, skipped }: Pick<TestCase, 'problems' | 'skipped'>): TestStatus {
  if (problems.some(({ kind }) => kind === 'error')) return 'error';
  if (problems.length > 0) return 'failed';
  return skipped === undefined ? 'passed' : 'skipped';
}

/** Every case of a report with the names of the suites that it is in, depth first. */
export function* casesOf(report: TestReport): Generator<{ readonly path: readonly string[]; readonly case: TestCase }> {
  function* walk(
    suites: readonly TestSuite[],
    path: readonly string[],
  ): Generator<{ path: readonly string[]; case: TestCase }> {
    for (const suite of suites) {
      const here = suite.name === '' ? path : [...path, suite.name];
      for (const one of suite.cases) yield { path: here, case: one };
      yield* walk(suite.suites ?? [], here);
    }
  }
  yield* walk(report.suites, []);
}

/** All suites of all reports in one, in order. Nothing is joined by name: two files may have a suite each of that name. */
export function mergeReports(reports: readonly TestReport[]): TestReport {
  return { suites: reports.flatMap(({ suites }) => suites) };
}
