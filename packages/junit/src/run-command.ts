import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ContextOf, exitCodes, UsageError } from '@seatrial/cli';
import type { runFlags } from './command-flags.js';
import { runCommandAsTestCase } from './run-as-test-case.js';
import { formatReport } from './writer.js';

/** `run`: the command's output goes through to stderr, line by line, as it comes. */
export async function run({
  flags,
  rest,
  cwd,
  env,
  signal,
  clock,
  stderr,
  logger,
}: ContextOf<typeof runFlags>): Promise<number> {
  if (rest.length === 0) {
    throw new UsageError('there is no command to run', {
      hint: 'Write it after --, as in: run --name lint --junit-path lint.xml -- npm run lint',
    });
  }
  const timeout = flags['timeout-seconds'];
  const className = flags['class-name'];
  const ran = await runCommandAsTestCase({
    name: flags.name,
    command: rest,
    cwd,
    env,
    signal,
    clock,
    tailLines: flags['tail-lines'],
    onLine: (line) => void stderr.write(`${line}\n`),
    ...(className === undefined ? {} : { className }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1_000 }),
  });
  const path = resolve(cwd, flags['junit-path']);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, formatReport({ suites: [{ name: flags.name, cases: [ran.case] }] }));
  const [problem] = ran.case.problems;
  if (problem === undefined) return exitCodes.success;
  logger.error('the command did not pass', { name: flags.name, why: problem.message });
  return exitCodes.failed;
}
