import type { DocumentSuite } from './junit-document.js';
import { innermost } from './spyglass.js';
import type { ListedTest } from './spyglass.js';
import type { RunFiles } from './testgrid-overall.js';

/** Whether Gubernator shows a run as passed; `undefined` while it is not finished. Any word but `SUCCESS` is a failure. */
export function gubernatorPassed({ finished }: RunFiles): boolean | undefined {
  if (finished === undefined) return undefined;
  return finished.result === undefined ? finished.passed === true : finished.result === 'SUCCESS';
}

/**
 * The tests that Gubernator lists of one junit file. It knows failures and skips only: a case with nothing but an `<error/>`
 * passed. As `gubernator/view_build.py` of kubernetes/test-infra did until it was retired.
 */
export function gubernatorTests(suites: readonly DocumentSuite[]): readonly ListedTest[] {
  return [...innermost(suites)].map(({ suite, testCase: { name, failures, skipped } }) => ({
    name: suite === '' ? name : `${suite} ${name}`,
    status: skipped.length > 0 ? 'skipped' : failures.length > 0 ? 'failed' : 'passed',
  }));
}
