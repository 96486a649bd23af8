/** What became of a test case. An assertion that failed is not a crash, and neither is a skip. */
export type TestStatus = 'passed' | 'failed' | 'error' | 'skipped';

/** One `failure` or `error` element. */
export interface Problem {
  /** `failure`: what was asserted does not hold. `error`: the test could not be carried through. */
  readonly kind: 'failure' | 'error';
  /** One line. */
  readonly message?: string;
  /** Class of the assertion or exception, or a code. */
  readonly type?: string;
  /** Stack, output, difference: whatever the tool wrote. Never empty. */
  readonly text?: string;
}

/** A run of a case that did not count, because the case was run again (Surefire's `flakyFailure`, `rerunError`, …). */
export interface Attempt extends Problem {
  readonly systemOut?: string;
  readonly systemErr?: string;
}

/** One `testcase` element. */
export interface TestCase {
  readonly name: string;
  readonly className?: string;
  /** Seconds, as JUnit has it. */
  readonly durationSeconds?: number;
  /** Empty for a case that passed or was skipped. */
  readonly problems: readonly Problem[];
  readonly skipped?: { readonly message?: string; readonly text?: string };
  /** Several elements are joined by line feeds. */
  readonly systemOut?: string;
  readonly systemErr?: string;
  /** By name; of a name that repeats, the last value. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Passed, but not at the first attempt. Left out otherwise. */
  readonly flaky?: true;
  /** Attempts before the last one, in order. Never empty. */
  readonly attempts?: readonly Attempt[];
  /** Source file of the test. */
  readonly file?: string;
  /** Line in that file, as the tool wrote it. */
  readonly line?: string;
}

/** What a suite's or report's attributes say of its cases. */
export interface DeclaredCounts {
  readonly tests?: number;
  readonly failures?: number;
  readonly errors?: number;
  readonly skipped?: number;
}

/** One `testsuite` element. */
export interface TestSuite {
  /** May be empty. */
  readonly name: string;
  /** When it started: ISO 8601, as the tool wrote it. */
  readonly timestamp?: string;
  /** Seconds, the time on the wall. @default when written: the sum of the cases */
  readonly durationSeconds?: number;
  readonly hostname?: string;
  /** Cases of this suite alone, in document order. */
  readonly cases: readonly TestCase[];
  /** Suites below this one, in document order. Left out where there are none. */
  readonly suites?: readonly TestSuite[];
  readonly properties?: Readonly<Record<string, string>>;
  readonly systemOut?: string;
  readonly systemErr?: string;
  /** Counts that were read and do not agree with the cases. Never written: the writer counts. */
  readonly declared?: DeclaredCounts;
}

/** One document: a `testsuites` element, or a lone `testsuite`. */
export interface TestReport {
  readonly name?: string;
  readonly suites: readonly TestSuite[];
  /** As in a suite. */
  readonly declared?: DeclaredCounts;
}

/** Numbers of cases by status. */
export interface Counts {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

/** What became of a case: an error outweighs a failure, either outweighs a skip. */
export function statusOf({ problems, skipped }: Pick<TestCase, 'problems' | 'skipped'>): TestStatus {
  if (problems.some(({ kind }) => kind === 'error')) return 'error';
  if (problems.length > 0) return 'failed';
  return skipped === undefined ? 'passed' : 'skipped';
}

/** Counts each case once, by its status. */
export function countCases(cases: Iterable<TestCase>): Counts {
  return countStatuses(Array.from(cases, statusOf));
}

/** Counts statuses. */
export function countStatuses(statuses: Iterable<TestStatus>): Counts {
  const counts = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const status of statuses) {
    counts.tests += 1;
    if (status === 'failed') counts.failures += 1;
    if (status === 'error') counts.errors += 1;
    if (status === 'skipped') counts.skipped += 1;
  }
  return counts;
}

/** A case, and the names of the suites around it, outermost first, without empty ones. */
export interface LocatedCase {
  readonly path: readonly string[];
  readonly testCase: TestCase;
}

/** All cases of suites and the suites below them, depth first. */
export function* casesOf(suites: readonly TestSuite[], path: readonly string[] = []): Generator<LocatedCase> {
  for (const suite of suites) {
    const inner = suite.name === '' ? path : [...path, suite.name];
    for (const testCase of suite.cases) yield { path: inner, testCase };
    yield* casesOf(suite.suites ?? [], inner);
  }
}
