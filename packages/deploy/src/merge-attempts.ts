import type { Attempt, TestCase, TestSuite } from '@seatrial/junit';

/**
 * The suites of several attempts at one test as one: the cases of the last attempt, with what went wrong in those before
 * it as `attempts` (Surefire's `flakyFailure` and `rerunFailure` elements). A case that passed at last is flaky. What only
 * earlier attempts have is kept.
 *
 * The suite's properties `attempts` and, where it passed at last, `flaky` say the same for readers of properties.
 *
 * @param suites in order, at least one
 */
export function mergeAttempts(suites: readonly TestSuite[]): TestSuite {
  const last = suites.at(-1);
  if (last === undefined) throw new Error('there is no attempt to merge');
  if (suites.length === 1) return last;
  const passed = !hasProblems(last);
  const merged = mergeLevel(suites, last, passed);
  const durations = suites.map(durationOf);
  return {
    ...merged,
    ...(suites[0]?.timestamp === undefined ? {} : { timestamp: suites[0].timestamp }),
    durationSeconds: durations.reduce((sum, seconds) => sum + seconds, 0),
    properties: { ...last.properties, attempts: String(suites.length), ...(passed ? { flaky: 'true' } : {}) },
  };
}

/** Whether a case of a suite, or of one below it, failed. */
export function hasProblems({ cases, suites = [] }: TestSuite): boolean {
  return cases.some(({ problems }) => problems.length > 0) || suites.some(hasProblems);
}

function mergeLevel(attempts: readonly TestSuite[], last: TestSuite, passed: boolean): TestSuite {
  const before = attempts.slice(0, -1);
  const cases = last.cases.map((one) =>
    withAttempts(
      one,
      before.flatMap((suite) => find(suite.cases, one) ?? []),
      passed,
    ),
  );
  const onlyBefore = distinct(
    before
      .flatMap(({ cases }) => cases)
      .filter((one) => one.problems.length > 0 && find(last.cases, one) === undefined),
  ).map((one) => {
    const earlier = before.flatMap((suite) => find(suite.cases, one) ?? []);
    const { problems: _, skipped: __, systemOut: ___, ...facts } = one;
    // Of a test that failed to its end, the failure stands; else it belongs to an attempt that does not count any more.
    return passed ? withAttempts({ ...facts, problems: [] }, earlier, true) : one;
  });
  const names = [...new Set(attempts.flatMap(({ suites = [] }) => suites.map(({ name }) => name)))];
  const inner = names.map((name) => {
    const found = attempts.map(({ suites = [] }) => suites.find((one) => one.name === name) ?? { name, cases: [] });
    return mergeLevel(found, found.at(-1) ?? { name, cases: [] }, passed);
  });
  return { ...last, cases: [...cases, ...onlyBefore], ...(inner.length === 0 ? {} : { suites: inner }) };
}

function withAttempts(one: TestCase, earlier: readonly TestCase[], passed: boolean): TestCase {
  const attempts: readonly Attempt[] = [
    ...earlier.flatMap(({ problems, systemOut, systemErr, attempts = [] }) => [
      ...attempts,
      ...problems.map((problem, at) => ({
        ...problem,
        ...(at > 0 || systemOut === undefined ? {} : { systemOut }),
        ...(at > 0 || systemErr === undefined ? {} : { systemErr }),
      })),
    ]),
    ...(one.attempts ?? []),
  ];
  if (attempts.length === 0) return one;
  const isFlaky = one.problems.length === 0 && (one.skipped === undefined || passed);
  return { ...one, attempts, ...(isFlaky ? { flaky: true } : {}) };
}

function find(cases: readonly TestCase[], one: TestCase): TestCase | undefined {
  return cases.find(({ name, className }) => name === one.name && className === one.className);
}

function distinct(cases: readonly TestCase[]): readonly TestCase[] {
  return cases.filter((one, at) => cases.findLastIndex((other) => find([other], one) !== undefined) === at);
}

function durationOf(suite: TestSuite): number {
  const own = suite.cases.reduce((sum, { durationSeconds = 0 }) => sum + durationSeconds, 0);
  return suite.durationSeconds ?? own;
}
