import { type CommandContext, type ContextOf, exitCodes, formatTable } from '@seatrial/cli';
import { checkReports, type CheckResult } from '../check.js';
import { JunitError } from '../errors.js';
import { parseReport } from '../report-reader.js';
import { verdictOf } from '../verdict.js';
import type { checkFlags } from './flags.js';
import { createSources, readReports, type ReportTexts } from './report-files.js';
import type { OpenReportStore } from './report-store.js';

/** `summary`: what each report holds, then what failed. */
export function summary(openStore: OpenReportStore | undefined) {
  return async (context: CommandContext<object>): Promise<number> => {
    const files = await readReports(context.args, createSources(context, openStore));
    const result = checkReports({ files });
    if (context.flags.json) context.printJson(result);
    else {
      context.print(formatTable(rowsOf(files), { header: HEADER, alignRight: [1, 2, 3, 4], width: 100 }));
      context.print('');
      printResult(context, result);
    }
    return result.passed ? exitCodes.success : exitCodes.failed;
  };
}

/** `check`: passes only with all that is expected, and nothing else. */
export function check(openStore: OpenReportStore | undefined) {
  return async (context: ContextOf<typeof checkFlags>): Promise<number> => {
    const { expect } = context.flags;
    const files = await readReports(context.args, createSources(context, openStore), expect);
    const result = checkReports({ files, ...(expect.length === 0 ? {} : { expected: expect }) });
    if (context.flags.json) context.printJson(result);
    else printResult(context, result);
    return result.passed ? exitCodes.success : exitCodes.failed;
  };
}

const HEADER = ['report', 'tests', 'failures', 'errors', 'skipped'];

function rowsOf(files: ReportTexts): readonly (readonly string[])[] {
  return [...files].map(([name, text]) => {
    try {
      if (typeof text !== 'string') throw text;
      const { tests, failures, errors, skipped } = verdictOf(parseReport(text));
      return [name, ...[tests, failures, errors, skipped].map(String)];
    } catch (error) {
      if (!(error instanceof JunitError)) throw error;
      return [name, '-', '-', '-', '-']; // why is among the problems
    }
  });
}

function printResult({ print }: Pick<CommandContext, 'print'>, { passed, verdict, problems }: CheckResult): void {
  const { tests, failures, errors, skipped, flaky } = verdict;
  const counts = [
    `${failures} failures`,
    `${errors} errors`,
    `${skipped} skipped`,
    ...(flaky > 0 ? [`${flaky} flaky`] : []),
  ];
  print(`${passed ? 'passed' : 'failed'}: ${tests} tests, ${counts.join(', ')}`);
  for (const { file, suite, name, message } of verdict.failed) {
    print(`  ${file ?? ''}: ${[suite, name].filter((part) => part !== '').join('.')}: ${message}`);
  }
  for (const { file, kind, message } of problems) {
    if (kind !== 'failing' || verdict.failed.length === 0)
      print(`${kind}: ${file === '' ? '' : `${file}: `}${message}`);
  }
  for (const sentence of verdict.disagreements) print(`note: ${sentence}`);
}
