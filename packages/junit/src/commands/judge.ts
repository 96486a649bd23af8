import { type CommandContext, type ContextOf, exitCodes, formatTable } from '@seatrial/cli';
import { checkReports, type CheckResult } from '../check.js';
import type { checkFlags } from './flags.js';
import { createSources, findReports } from './report-files.js';
import type { OpenReportStore } from './report-store.js';

/** `summary`: what each report holds, then what failed. */
export function summary(openStore: OpenReportStore | undefined) {
  return async (context: CommandContext<object>): Promise<number> => {
    const files = await findReports(context.args, createSources(context, openStore));
    const result = await checkReports({ files });
    if (context.flags.json) context.printJson(result);
    else {
      context.print(formatTable(rowsOf(result), { header: HEADER, alignRight: [1, 2, 3, 4], width: 100 }));
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
    const files = await findReports(context.args, createSources(context, openStore), expect);
    const result = await checkReports({ files, ...(expect.length === 0 ? {} : { expected: expect }) });
    if (context.flags.json) context.printJson(result);
    else printResult(context, result);
    return result.passed ? exitCodes.success : exitCodes.failed;
  };
}

const HEADER = ['report', 'tests', 'failures', 'errors', 'skipped'];

function rowsOf({ files }: CheckResult): readonly (readonly string[])[] {
  return files.map(({ file, counts }) => {
    if (counts === undefined) return [file, '-', '-', '-', '-']; // why is among the problems
    const { tests, failures, errors, skipped } = counts;
    return [file, ...[tests, failures, errors, skipped].map(String)];
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
  if (verdict.moreFailed !== undefined) print(`  … and ${verdict.moreFailed} more`);
  for (const { file, kind, message, hint } of problems) {
    if (kind === 'failing' && verdict.failed.length > 0) continue;
    print(`${kind}: ${file === '' ? '' : `${file}: `}${message}`);
    if (hint !== undefined) print(`  hint: ${hint}`);
  }
  for (const sentence of verdict.disagreements) print(`note: ${sentence}`);
  if (verdict.moreDisagreements !== undefined) print(`note: … and ${verdict.moreDisagreements} more such notes`);
}
