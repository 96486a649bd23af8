import { defineCommand } from '@seatrial/cli';
import { checkFlags, mergeFlags, runFlags } from './command-flags.js';

const reports = {
  name: 'reports',
  description: 'Files, or folders whose *.xml are taken',
  required: true,
  variadic: true,
} as const;

/** `seatrial-junit`, and `seatrial junit` where it is mounted. */
export const command = defineCommand({
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
      load: async () => (await import('./report-commands.js')).summary,
    }),
    defineCommand({
      name: 'check',
      summary: 'fail on missing, unexpected, empty, unreadable or failing reports',
      examples: ['seatrial-junit check --expect junit_lint.xml,junit_unit.xml artifacts'],
      arguments: [reports],
      flags: checkFlags,
      json: true,
      load: async () => (await import('./report-commands.js')).check,
    }),
    defineCommand({
      name: 'merge',
      summary: 'put the suites of many reports into one',
      examples: ['seatrial-junit merge --output junit_all.xml artifacts'],
      arguments: [reports],
      flags: mergeFlags,
      load: async () => (await import('./report-commands.js')).merge,
    }),
    defineCommand({
      name: 'run',
      summary: 'run a command as a test case; ends with its exit code 0 or 1',
      examples: ['seatrial-junit run --name lint --junit-path junit_lint.xml -- npm run lint'],
      flags: runFlags,
      load: async () => (await import('./run-command.js')).run,
    }),
  ],
});
