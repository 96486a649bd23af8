import type { TestSuite } from '@seatrial/junit';
import pLimit from 'p-limit';
import { DeployError } from './errors.js';
import { systemClock, within } from './limits.js';
import type { Clock, Limits } from './limits.js';
import { hasProblems, mergeAttempts } from './merge-attempts.js';

/** One test among several. */
export interface TrialTest {
  /** Name of the suite where the test itself could not make one. */
  readonly name: string;
  /** Budget of each attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** How often it is run again when it fails. @default that of all tests */
  readonly retries?: number;
  /** Runs it once. A failing test is a suite with problems. */
  run(attempt: TestAttempt): Promise<TestSuite>;
}

/** What one attempt at a test gets. */
export interface TestAttempt extends Limits {
  /** From 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly onLine: (line: string) => void;
}

/** How tests are run. */
export interface RunTestsOptions {
  /** Tests at a time. @default 4 */
  readonly maxParallel?: number;
  /** How often a failing test is run again. @default 0 */
  readonly retries?: number;
  /** Time beyond a test's own budget for it to clean up, in milliseconds; then it is aborted. @default 150_000 */
  readonly graceMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
  /** Gets what tests say, with their names in front. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs tests side by side, each within its time and, where it fails, again. Every attempt is kept: see
 * {@link mergeAttempts}.
 *
 * @returns a suite a test, in the order given.
 * @throws {DeployError} `INVALID` as a test throws it, once the others have ended: running it again will not help. The
 * signal's reason.
 */
export async function runTests(
  tests: readonly TrialTest[],
  options: RunTestsOptions = {},
): Promise<readonly TestSuite[]> {
  const { maxParallel = 4, signal } = options;
  const limit = pLimit(maxParallel);
  const results = await Promise.allSettled(tests.map((test) => limit(() => runTest(test, options))));
  signal?.throwIfAborted();
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

async function runTest(test: TrialTest, options: RunTestsOptions): Promise<TestSuite> {
  const { signal, onLine = () => {} } = options;
  const retries = test.retries ?? options.retries ?? 0;
  const suites: TestSuite[] = [];
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    const suite = await runAttempt(test, attempt, options);
    suites.push(suite);
    if (!hasProblems(suite) || attempt > retries) return mergeAttempts(suites);
    onLine(`${test.name}: attempt ${attempt} of at most ${retries + 1} failed; running it again`);
  }
}

async function runAttempt(test: TrialTest, attempt: number, options: RunTestsOptions): Promise<TestSuite> {
  const { signal, clock = systemClock, graceMs = 150_000, onLine = () => {} } = options;
  const { name, timeoutMs } = test;
  const start = clock.now();
  const onTimeout = (): DeployError =>
    new DeployError(
      'TIMEOUT',
      `${name} was neither done within ${timeoutMs / 1_000} s nor stopped ${graceMs / 1_000} s later`,
    );
  try {
    return await within(clock, { timeoutMs: timeoutMs + graceMs, signal, onTimeout }, (limit) =>
      test.run({ attempt, timeoutMs, signal: limit, onLine: (line) => onLine(`${name}: ${line}`) }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    const { code, message, detail, infrastructure } = error as Partial<DeployError> & Error;
    if (code === 'INVALID') throw error;
    const problem = {
      kind: infrastructure === true ? 'error' : 'failure',
      type: code ?? 'Error',
      message,
      text: [message, detail ?? ''].filter(Boolean).join('\n'),
    } as const;
    const durationSeconds = (clock.now() - start) / 1_000;
    return { name, cases: [{ name, className: name, durationSeconds, problems: [problem] }] };
  }
}
