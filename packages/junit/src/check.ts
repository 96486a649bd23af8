import { JunitError } from './errors.js';
import { parseReport } from './report-reader.js';
import type { ReadOptions } from './xml-scanner.js';
import type { TestReport } from './report.js';
import { addVerdicts, type Verdict, verdictOf } from './verdict.js';

/** Why a file keeps a check from passing. */
export interface ReportProblem {
  /** As the caller named it; `''` where there is no file at all. */
  readonly file: string;
  readonly kind: 'missing' | 'unexpected' | 'empty' | 'unparseable' | 'failing';
  /** One line, without the file's name. */
  readonly message: string;
}

/** What files of reports come to. */
export interface CheckResult {
  /** There is no problem, and at least one case. */
  readonly passed: boolean;
  /** Of all files that could be read; each failed case names its file. */
  readonly verdict: Verdict;
  /** In order of file names, the missing ones first. */
  readonly problems: readonly ReportProblem[];
}

/**
 * Judges a set of report files: each expected one is there, no other is, each one can be read, has cases, and none of
 * them failed.
 *
 * @param input.expected Names that `files` must have, exactly. @default any, but at least one file
 * @param input.files Content by name; an error of this package where it could not be read.
 */
export function checkReports(
  input: { readonly expected?: readonly string[]; readonly files: ReadonlyMap<string, string | JunitError> },
  options: ReadOptions = {},
): CheckResult {
  const { expected, files } = input;
  const problems: ReportProblem[] = [];
  const verdicts: Verdict[] = [];
  for (const file of [...new Set(expected)].sort()) {
    if (!files.has(file)) problems.push({ file, kind: 'missing', message: 'expected, but not there' });
  }
  if (expected === undefined && files.size === 0) {
    problems.push({ file: '', kind: 'missing', message: 'there is no report at all' });
  }
  for (const [file, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (expected?.includes(file) === false) {
      problems.push({ file, kind: 'unexpected', message: 'there, but not expected' });
    }
    const { verdict, problem } = checkFile(file, text, options);
    if (verdict !== undefined) verdicts.push(verdict);
    if (problem !== undefined) problems.push(problem);
  }
  const verdict = addVerdicts(verdicts);
  return { passed: problems.length === 0 && verdict.passed, verdict, problems };
}

function checkFile(
  file: string,
  text: string | JunitError,
  options: ReadOptions,
): { readonly verdict?: Verdict; readonly problem?: ReportProblem } {
  if (typeof text !== 'string') return { problem: { file, kind: 'unparseable', message: text.message } };
  if (text.trim() === '') return { problem: { file, kind: 'empty', message: 'the file is empty' } };
  let report: TestReport;
  try {
    report = parseReport(text, options);
  } catch (error) {
    if (!(error instanceof JunitError)) throw error;
    return { problem: { file, kind: 'unparseable', message: error.message } };
  }
  const read = verdictOf(report);
  const verdict = {
    ...read,
    failed: read.failed.map((failed) => ({ ...failed, file })),
    disagreements: read.disagreements.map((sentence) => `${file}: ${sentence}`),
  };
  const message = findFailure(report, verdict);
  if (message !== undefined) return { verdict, problem: { file, kind: 'failing', message } };
  if (verdict.tests === 0) return { verdict, problem: { file, kind: 'empty', message: 'the report has no test case' } };
  return { verdict };
}

function findFailure(report: TestReport, { failed, tests }: Verdict): string | undefined {
  const [first] = failed;
  if (first !== undefined) {
    const name = [first.suite, first.name].filter((part) => part !== '').join('.');
    return `${failed.length} of ${tests} failed: ${name}: ${first.message}`;
  }
  // A failure that is only counted has no case to show, but it is no pass: other readers go by the attributes.
  const counted = countedFailures(report);
  return counted === 0 ? undefined : `its attributes count ${counted} failed, which no case shows`;
}

function countedFailures({ declared, suites }: TestReport): number {
  const counts = [declared, ...suitesIn(suites).map((suite) => suite.declared)];
  return Math.max(0, ...counts.map((count) => (count?.failures ?? 0) + (count?.errors ?? 0)));
}

function suitesIn(suites: TestReport['suites']): TestReport['suites'] {
  return suites.flatMap((suite) => [suite, ...suitesIn(suite.suites ?? [])]);
}
