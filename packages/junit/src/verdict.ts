import { casesOf, type Problem, statusOf, type TestReport } from './report.js';

/** A case that did not pass. */
export interface FailedCase {
  /** Names of its suites, joined by `.` as TestGrid has them. */
  readonly suite: string;
  readonly name: string;
  /** First line of what was wrong. */
  readonly message: string;
  readonly text?: string;
  /** Report that it is in, where several were judged. */
  readonly file?: string;
}

/** What a report says. Counts are of cases; `tests` holds them all. */
export interface Verdict {
  readonly passed: boolean;
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly failed: readonly FailedCase[];
}

/** Judges by the cases: attributes of a suite may say anything. A report without any case does not pass. */
export function verdictOf(report: TestReport): Verdict {
  const counts = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  const failed: FailedCase[] = [];
  for (const { path, case: one } of casesOf(report)) {
    const status = statusOf(one);
    counts.tests += 1;
    if (status === 'skipped') counts.skipped += 1;
    if (status === 'failed') counts.failures += 1;
    if (status === 'error') counts.errors += 1;
    const problem = one.problems.find(({ kind }) => kind === 'error') ?? one.problems[0];
    if (problem === undefined) continue;
    failed.push({
      suite: path.join('.'),
      name: one.name,
      message: messageOf(problem),
      ...(problem.text === undefined ? {} : { text: problem.text }),
    });
  }
  return { passed: counts.tests > 0 && failed.length === 0, ...counts, failed };
}

function messageOf({ message, text = '', type, kind }: Problem): string {
  return message || (text.trim().split('\n')[0] ?? '') || type || kind;
}
