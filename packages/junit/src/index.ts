/**
 * JUnit XML: read, write, merge and judge reports; run anything as a test case.
 *
 * @example
 * const report = parseReport('<testsuite name="unit"><testcase name="adds" time="0.1"/></testsuite>');
 * verdictOf(report).passed; // true
 * formatReport(mergeReports([report, report])); // one document
 *
 * @module
 */
export { checkReports, type CheckedReports, type ReportProblem } from './check-reports.js';
export { JunitError, type JunitErrorCode } from './errors.js';
export { parseReport, readReport, type ReadLimits } from './reader.js';
export {
  casesOf,
  mergeReports,
  type Problem,
  type Skipped,
  statusOf,
  type TestCase,
  type TestReport,
  type TestStatus,
  type TestSuite,
} from './report.js';
export {
  type RanCommand,
  runAsTestCase,
  type RunCase,
  runCommandAsTestCase,
  type RunCommandCase,
  type TimeSource,
} from './run-as-test-case.js';
export { type FailedCase, type Verdict, verdictOf } from './verdict.js';
export { formatReport } from './writer.js';
