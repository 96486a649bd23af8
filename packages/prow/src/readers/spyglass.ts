import type { DocumentCase, DocumentSuite } from './junit-document.js';
import type { RunFiles } from './testgrid-overall.js';

/** What a reader that lists tests says of one. */
export interface ListedTest {
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'flaky';
}

/** Whether Spyglass shows a run as passed; `undefined` while it is not finished. */
export function spyglassPassed({ finished }: RunFiles): boolean | undefined {
  return finished === undefined ? undefined : (finished.passed ?? finished.result === 'SUCCESS');
}

/**
 * The tests that Spyglass lists of one junit file, in order. Of one test that passed and failed there is one line, flaky.
 *
 * @see https://github.com/kubernetes-sigs/prow/blob/main/pkg/spyglass/lenses/junit/lens.go
 */
export function spyglassTests(suites: readonly DocumentSuite[]): readonly ListedTest[] {
  const byIdentity = new Map<string, ListedTest[]>();
  for (const { suite, testCase } of innermost(suites)) {
    const key = JSON.stringify([suite, testCase.className, testCase.name]);
    const test: ListedTest = { name: testCase.name, status: statusOf(testCase) };
    byIdentity.set(key, [...(byIdentity.get(key) ?? []), test]);
  }
  return [...byIdentity.values()].flatMap(mergeRuns);
}

/** Skipped outweighs all. */
function statusOf({ errors, failures, skipped }: DocumentCase): ListedTest['status'] {
  if (skipped.length > 0) return 'skipped';
  return errors.length + failures.length > 0 ? 'failed' : 'passed';
}

/** Runs of one test. A skip stays a line of its own beside what ran. */
function mergeRuns(runs: readonly ListedTest[]): readonly ListedTest[] {
  const [first] = runs;
  if (first === undefined) return [];
  const seen = new Set(runs.map(({ status }) => status));
  const statuses: ListedTest['status'][] = [];
  if (seen.has('passed') && seen.has('failed')) statuses.push('flaky');
  else if (seen.has('failed')) statuses.push('failed');
  else if (seen.has('passed')) statuses.push('passed');
  if (seen.has('skipped')) statuses.push('skipped');
  return statuses.map((status) => ({ name: first.name, status }));
}

/** Every case with the name of the suite directly around it, inner suites first as both readers go. */
export function* innermost(
  suites: readonly DocumentSuite[],
): Generator<{ readonly suite: string; readonly testCase: DocumentCase }> {
  for (const { name, suites: inner, cases } of suites) {
    yield* innermost(inner);
    for (const testCase of cases) yield { suite: name, testCase };
  }
}
