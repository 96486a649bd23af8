import { type ContextOf, exitCodes, UsageError } from '@seatrial/cli';
import { runCommandAsTestCase } from '../command-case.js';
import { formatReport } from '../report-writer.js';
import type { runFlags } from './flags.js';
import { createSources } from './report-files.js';
import type { OpenReportStore } from './report-store.js';

/** `run`: the command's output goes to stdout line by line as it comes, its verdict into the report. */
export function run(openStore: OpenReportStore | undefined) {
  return async (context: ContextOf<typeof runFlags>): Promise<number> => {
    const { flags, rest, args, cwd, env, signal, clock, print, logger } = context;
    if (rest.length === 0 || args.length > 0) {
      throw new UsageError(args.length > 0 ? `unexpected argument ${args[0]}` : 'there is no command to run', {
        hint: 'Write the command after --, as in: run --name lint --junit-path junit_lint.xml -- npm run lint',
      });
    }
    const path = flags['junit-path'];
    const source = createSources(context, openStore)(path);
    await source.forget(path);
    const timeout = flags['timeout-seconds'];
    const className = flags['class-name'];
    const startedMs = clock.now();
    const ran = await runCommandAsTestCase({
      name: flags.name,
      command: rest,
      cwd,
      env,
      signal,
      clock,
      tailLines: flags['tail-lines'],
      onLine: print,
      ...(className === undefined ? {} : { className }),
      ...(timeout === undefined ? {} : { timeoutMs: timeout * 1_000 }),
    });
    const timestamp = new Date(startedMs).toISOString();
    await source.write(
      path,
      formatReport({ suites: [{ name: flags.suite ?? flags.name, timestamp, cases: [ran.case] }] }),
    );
    const [problem] = ran.case.problems;
    if (problem === undefined) return exitCodes.success;
    logger.error('the command did not pass', { name: flags.name, why: problem.message });
    return exitCodes.failed;
  };
}
