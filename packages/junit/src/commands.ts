import { type Command, defineCommand } from '@seatrial/cli';
import { checkFlags, mergeFlags, runFlags } from './commands/flags.js';
import type { OpenReportStore } from './commands/report-store.js';

export type { OpenReportStore, ReportStore, StoreSurroundings } from './commands/report-store.js';

const reports = {
  name: 'reports',
  description: 'report files, folders, or patterns in quotes',
  required: true,
  variadic: true,
} as const;

/**
 * Makes the commands of this package.
 *
 * @param options.openStore Reads and writes `gs://` and other URIs. Without it, they are refused.
 */
export function createCommand(options: { readonly openStore?: OpenReportStore } = {}): Command {
  const { openStore } = options;
  return defineCommand({
    name: 'seatrial-junit',
    summary: 'read, judge and merge JUnit reports; run anything as a test case',
    examples: [
      'seatrial-junit summary _results',
      'seatrial-junit run --name lint --junit-path junit_lint.xml -- npm run lint',
    ],
    commands: [
      defineCommand({
        name: 'summary',
        summary: 'say what reports hold; exit code 1 when a case failed',
        examples: ['seatrial-junit summary junit_unit.xml', 'seatrial-junit summary artifacts --json'],
        arguments: [reports],
        json: true,
        load: async () => (await import('./commands/judge.js')).summary(openStore),
      }),
      defineCommand({
        name: 'check',
        summary: 'fail on missing, unexpected, empty, unparseable or failing reports',
        examples: ['seatrial-junit check --expect junit_lint.xml,junit_unit.xml artifacts'],
        arguments: [reports],
        flags: checkFlags,
        json: true,
        load: async () => (await import('./commands/judge.js')).check(openStore),
      }),
      defineCommand({
        name: 'merge',
        summary: 'put many reports into one',
        examples: [
          'seatrial-junit merge -o junit_all.xml artifacts',
          'seatrial-junit merge --flaky properties -o junit_e2e.xml first.xml second.xml',
        ],
        arguments: [reports],
        flags: mergeFlags,
        load: async () => (await import('./commands/merge.js')).merge(openStore),
      }),
      defineCommand({
        name: 'run',
        summary: 'run a command as a test case; exit code 1 when it fails',
        examples: ['seatrial-junit run --name lint --junit-path junit_lint.xml -- npm run lint'],
        flags: runFlags,
        load: async () => (await import('./commands/run.js')).run(openStore),
      }),
    ],
  });
}

/** `seatrial-junit`, for files of this machine. */
export const command: Command = createCommand();

/** The same, to be mounted elsewhere. */
export const commands: readonly Command[] = command.commands ?? [];
