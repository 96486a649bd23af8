import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ContextOf, exitCodes } from '@seatrial/cli';
import { checkReports, type CheckedReports } from './check-reports.js';
import type { checkFlags, mergeFlags } from './command-flags.js';
import { parseReport } from './reader.js';
import { findReports, readReports } from './report-files.js';
import { mergeReports } from './report.js';
import { formatReport } from './writer.js';

type Context = ContextOf<Record<never, never>>;

/** `summary` */
export async function summary(context: Context): Promise<number> {
  const files = await readReports(await findReports(context.args, context.cwd));
  return print(context, checkReports({ files }));
}

/** `check` */
export async function check(context: ContextOf<typeof checkFlags>): Promise<number> {
  const { expect } = context.flags;
  const files = await readReports(await findReports(context.args, context.cwd));
  return print(context, checkReports({ files, ...(expect.length === 0 ? {} : { expected: expect }) }));
}

/** `merge` */
export async function merge({ args, cwd, flags, stdout }: ContextOf<typeof mergeFlags>): Promise<void> {
  const files = await readReports(await findReports(args, cwd));
  const xml = formatReport(mergeReports([...files.values()].map((text) => parseReport(text))));
  if (flags.output === undefined) {
    stdout.write(xml);
    return;
  }
  const path = resolve(cwd, flags.output);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, xml);
}

function print({ flags, print: line, printJson }: Context, checked: CheckedReports): number {
  const { verdict, problems, passed } = checked;
  if (flags.json) {
    printJson(checked);
  } else {
    const counts = `${verdict.failures} failures, ${verdict.errors} errors, ${verdict.skipped} skipped`;
    line(`${passed ? 'PASS' : 'FAIL'}  ${verdict.tests} tests, ${counts}`);
    for (const { kind, message } of problems) line(`${kind}: ${message}`);
    for (const { file, suite, name, message } of verdict.failed) line(`  ${file ?? ''} ${suite} ${name}: ${message}`);
  }
  return passed ? exitCodes.success : exitCodes.failed;
}
