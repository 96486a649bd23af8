import { JunitError } from './errors.js';
import { parseReport, type ReadLimits } from './reader.js';
import { mergeReports, type TestReport } from './report.js';
import { type Verdict, verdictOf } from './verdict.js';

/** What is wrong with one report of a set. */
export interface ReportProblem {
  readonly file: string;
  readonly kind: 'missing' | 'unexpected' | 'empty' | 'unparseable' | 'failing';
  readonly message: string;
}

/** What a set of reports says together. */
export interface CheckedReports {
  /** Whether there is no problem and at least one case. */
  readonly passed: boolean;
  readonly verdict: Verdict;
  /** By file name. */
  readonly problems: readonly ReportProblem[];
}

/**
 * Judges a set of reports against the names that are expected. No report is not a pass: a missing, unexpected, empty
 * or unreadable one is a problem, and so is a failing one.
 */
export function checkReports(
  input: {
    /** Names that must be there, and no others. @default any */
    readonly expected?: readonly string[];
    /** Text by name. */
    readonly files: ReadonlyMap<string, string>;
  },
  limits: ReadLimits = {},
): CheckedReports {
  const { expected, files } = input;
  const problems: ReportProblem[] = [];
  const reports: TestReport[] = [];
  const failed: Verdict['failed'][number][] = [];
  for (const file of expected ?? []) {
    if (!files.has(file)) problems.push({ file, kind: 'missing', message: `${file} was expected and is not there` });
  }
  for (const [file, text] of files) {
    if (expected !== undefined && !expected.includes(file)) {
      problems.push({ file, kind: 'unexpected', message: `${file} is there and was not expected` });
    }
    const read = tryRead(file, text, limits);
    if ('problem' in read) {
      problems.push(read.problem);
      continue;
    }
    reports.push(read.report);
    const verdict = verdictOf(read.report);
    failed.push(...verdict.failed.map((one) => ({ ...one, file })));
    if (verdict.tests === 0) problems.push({ file, kind: 'empty', message: `${file} has no test case` });
    else if (!verdict.passed) {
      const [first] = verdict.failed;
      const message = `${file}: ${verdict.failed.length} of ${verdict.tests} failed, first ${first?.name ?? ''}: ${first?.message ?? ''}`;
      problems.push({ file, kind: 'failing', message });
    }
  }
  const verdict = { ...verdictOf(mergeReports(reports)), failed };
  problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
  return { passed: problems.length === 0 && verdict.tests > 0, verdict, problems };
}

function tryRead(
  file: string,
  text: string,
  limits: ReadLimits,
): { readonly report: TestReport } | { readonly problem: ReportProblem } {
  if (text.trim() === '') return { problem: { file, kind: 'empty', message: `${file} is empty` } };
  try {
    return { report: parseReport(text, limits) };
  } catch (error) {
    if (!(error instanceof JunitError)) throw error;
    return { problem: { file, kind: 'unparseable', message: `${file}: ${error.message}` } };
  }
}
