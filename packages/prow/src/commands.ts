import { type Command, defineCommand, mountCommand } from '@seatrial/cli';

/** `seatrial-prow`, also mounted as `seatrial prow`. What a command takes is imported when it is on the command line. */
export const command: Command = defineCommand({
  name: 'seatrial-prow',
  summary: 'read the job environment of Prow and write results where its readers look',
  examples: ['seatrial-prow env --json'],
  commands: [
    mountCommand({
      name: 'check-config',
      summary: 'check job configs by the rules that Prow loads them by',
      expand: async () => (await import('./config/check-config-command.js')).checkConfigCommand,
    }),
    mountCommand({
      name: 'env',
      summary: 'print what job this is',
      expand: async () => (await import('./commands/job-commands.js')).envCommand,
    }),
    mountCommand({
      name: 'paths',
      summary: 'print where the results of this job belong, and where to look at them',
      expand: async () => (await import('./commands/job-commands.js')).pathsCommand,
    }),
    mountCommand({
      name: 'started',
      summary: 'open a run: started.json, then alias and latest-build.txt',
      expand: async () => (await import('./commands/job-commands.js')).startedCommand,
    }),
    mountCommand({
      name: 'finished',
      summary: 'close a run: finished.json',
      expand: async () => (await import('./commands/job-commands.js')).finishedCommand,
    }),
    mountCommand({
      name: 'finalize-job',
      summary: 'judge a run by its junit files and close it',
      expand: async () => (await import('./commands/job-commands.js')).finalizeJobCommand,
    }),
    mountCommand({
      name: 'latest-green',
      summary: 'print the newest green commit of a job, or record a newer one',
      expand: async () => (await import('./commands/job-commands.js')).latestGreenCommand,
    }),
    mountCommand({
      name: 'onboard',
      summary: 'bring a repository on board: jobs, plugin, dashboard, webhook, bot',
      expand: async () => (await import('./onboard/onboard-command.js')).onboardCommand,
    }),
    mountCommand({
      name: 'mkpj',
      summary: 'print the ProwJob of a configured job, or run it',
      expand: async () => (await import('./prowjob/mkpj-command.js')).mkpjCommand,
    }),
    mountCommand({
      name: 'rerun',
      summary: 'print a new ProwJob of an old one, or run it',
      expand: async () => (await import('./prowjob/rerun-command.js')).rerunCommand,
    }),
    mountCommand({
      name: 'crd',
      summary: "print the definition of ProwJobs, for clusters without Prow's",
      expand: async () => (await import('./prowjob/crd-command.js')).crdCommand,
    }),
    mountCommand({
      name: 'testgrid',
      summary: "print or check TestGrid's configuration, with the jobs' annotations in it",
      expand: async () => (await import('./testgrid/testgrid-command.js')).testgridCommand,
    }),
    mountCommand({
      name: 'upload',
      summary: "upload a folder as the run's artifacts, then log and finished.json",
      expand: async () => (await import('./upload/upload-command.js')).uploadCommand,
    }),
    mountCommand({
      name: 'verdict',
      summary: 'print what TestGrid, Deck and Spyglass show of a run',
      expand: async () => (await import('./readers/verdict-command.js')).verdictCommand,
    }),
    mountCommand({
      name: 'webhook',
      summary: "check and make signatures of GitHub's webhooks",
      expand: async () => (await import('./webhook/webhook-command.js')).webhookCommand,
    }),
  ],
});
