import { type FailedCase, readVerdict } from '@seatrial/junit';
import type { RunResult } from '@seatrial/pipeline';
import { createFinished, writeFinished } from '@seatrial/prow';
import { joinUri } from '@seatrial/storage';
import type { BuildOutput } from '../tasks/build.js';
import { revisionOfTrial, type Trial } from '../trial.js';

/** Counts of the cases in a run's reports. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The first of those that failed. */
  readonly failedCases: readonly FailedCase[];
}

/** Failed cases that are kept to be told. */
const MAX_FAILED_CASES = 100;

/** How a run was closed. */
export interface Closing {
  readonly tests: TestCounts;
  /** What could not be written or read. Then the run has not passed, whatever its tasks say. */
  readonly problems: readonly Error[];
}

const RESULTS = { succeeded: 'SUCCESS', failed: 'FAILURE', aborted: 'ABORTED' } as const;

/**
 * Closes a run's results: the logs first, finished.json last. Each step is tried whatever became of the others, since what
 * fails here (a full disk, a lost network) rarely fails for all.
 */
export async function finishRun(
  trial: Trial,
  result: RunResult,
  options: { readonly writesFinished: boolean },
): Promise<Closing> {
  const problems: Error[] = [];
  const attempt = async <T>(what: string, act: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await act();
    } catch (cause) {
      problems.push(
        new Error(`could not ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }),
      );
      return undefined;
    }
  };
  await attempt('write the logs', () => trial.results.log.close());
  await attempt('publish the logs', () => trial.results.publishLogs());
  const tests = await attempt('count the tests', () => countTests(trial));
  if (options.writesFinished) {
    const passed = result.state === 'succeeded' && problems.length === 0;
    const finished = createFinished(trial.job, {
      timestampMs: trial.clock.now(),
      passed,
      result: passed || result.state !== 'succeeded' ? RESULTS[result.state] : RESULTS.failed,
      revision: revisionOfTrial(trial),
      metadata: factsOf(result),
    });
    await attempt('write finished.json', () => writeFinished(trial.resultStore, trial.runUri, finished));
  }
  return { tests: tests ?? { passed: 0, failed: 0, skipped: 0, failedCases: [] }, problems };
}

/** Columns' headers in TestGrid: what was built. */
function factsOf({ tasks }: RunResult): Record<string, string> {
  const build = tasks['build']?.output as BuildOutput | undefined;
  return build === undefined ? {} : { image: build.imageTag, chart: build.chartVersion };
}

async function countTests({ resultStore, runUri }: Trial): Promise<TestCounts> {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const failedCases: FailedCase[] = [];
  for await (const { uri } of resultStore.list(joinUri(runUri, 'artifacts', 'junit_'))) {
    const verdict = await readVerdict(await resultStore.readStream(uri));
    const failed = verdict.failures + verdict.errors;
    sum.failed += failed;
    failedCases.push(...verdict.failed.slice(0, MAX_FAILED_CASES - failedCases.length));
    sum.skipped += verdict.skipped;
    sum.passed += verdict.tests - failed - verdict.skipped;
  }
  return { ...sum, failedCases };
}
