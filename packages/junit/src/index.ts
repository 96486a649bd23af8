/**
 * JUnit XML: read, write, merge and judge reports; run anything as a test case.
 *
 * ```ts
 * import { formatReport, parseReport, verdictOf } from '@seatrial/junit';
 *
 * const report = parseReport('<testsuite name="e2e"><testcase name="creates"><failure message="no pod"/></testcase></testsuite>');
 * const { passed, failed } = verdictOf(report); // false, [{ suite: 'e2e', name: 'creates', message: 'no pod' }]
 * const xml = formatReport(report); // well-formed XML 1.0, with counts
 * ```
 *
 * @module
 */
export type { AttemptStyle } from './attempts.js';
export { type CheckedFile, checkReports, type CheckResult, type ReportContent, type ReportProblem } from './check.js';
export type { Clock } from './clock.js';
export { type CommandCase, type CommandCaseSpec, runCommandAsTestCase } from './command-case.js';
export { JunitError, type JunitErrorCode } from './errors.js';
export { type FunctionCase, type FunctionCaseSpec, problemOf, runAsTestCase } from './function-case.js';
export { type MergedReport, type MergeInput, type MergeOptions, mergeReports } from './merge.js';
export type { TextFilter } from './output-lines.js';
export { parseReport, readReport } from './report-reader.js';
export { formatReport } from './report-writer.js';
export {
  type Attempt,
  type Counts,
  type DeclaredCounts,
  type Problem,
  casesOf,
  type LocatedCase,
  statusOf,
  type TestCase,
  type TestReport,
  type TestStatus,
  type TestSuite,
} from './report.js';
export type { VerdictLimits } from './failure-digest.js';
export { readVerdict, type ReadVerdictOptions } from './verdict-reader.js';
export { type FailedCase, type Verdict, verdictOf } from './verdict.js';
export type { ReadOptions, XmlChunks } from './xml-scanner.js';
export { repairXml } from './xml-text.js';
