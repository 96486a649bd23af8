import { defineCommand } from '@seatrial/cli';
import type { Command } from '@seatrial/cli';
import { checkConfigCommand } from './config/check-config-command.js';
import { envFlags } from './commands/env-flags.js';
import { finalizeJobFlags } from './commands/finalize-job-flags.js';
import { finishedFlags } from './commands/finished-flags.js';
import { latestGreenFlags } from './commands/latest-green-flags.js';
import { pathsFlags } from './commands/paths-flags.js';
import { startedFlags } from './commands/started-flags.js';
import { onboardCommand } from './onboard/onboard-command.js';
import { crdCommand } from './prowjob/crd-command.js';
import { mkpjCommand } from './prowjob/mkpj-command.js';
import { rerunCommand } from './prowjob/rerun-command.js';
import { testgridCommand } from './testgrid/testgrid-command.js';
import { verdictCommand } from './readers/verdict-command.js';
import { uploadCommand } from './upload/upload-command.js';
import { webhookCommand } from './webhook/webhook-command.js';

/** `seatrial-prow`, also mounted as `seatrial prow`. */
export const command: Command = defineCommand({
  name: 'seatrial-prow',
  summary: 'read the job environment of Prow and write results where its readers look',
  examples: ['seatrial-prow env --json'],
  commands: [
    checkConfigCommand,
    defineCommand({
      name: 'env',
      summary: 'print what job this is',
      description:
        'Reads JOB_SPEC and the single variables and prints them as one, contradictions on stderr. With --json: type, job, build, refs, revision.',
      examples: ['seatrial-prow env', 'seatrial-prow env --strict --json'],
      flags: envFlags,
      json: true,
      load: async () => (await import('./commands/env.js')).env,
    }),
    defineCommand({
      name: 'paths',
      summary: 'print where the results of this job belong, and where to look at them',
      examples: [
        'seatrial-prow paths --results gs://ci-logs --json',
        'seatrial-prow paths --results gs://ci-logs --deck-url https://prow.example',
      ],
      flags: pathsFlags,
      json: true,
      load: async () => (await import('./commands/paths.js')).paths,
    }),
    defineCommand({
      name: 'started',
      summary: 'open a run: started.json, then alias and latest-build.txt',
      description: "Prints the run's URI. In a decorated job it writes nothing, since Prow's sidecar does.",
      examples: ['seatrial-prow started --results gs://ci-logs --metadata cluster=e2e-1'],
      flags: startedFlags,
      load: async () => (await import('./commands/started.js')).started,
    }),
    defineCommand({
      name: 'finished',
      summary: 'close a run: finished.json',
      description: "Prints the run's URI. In a decorated job it writes nothing, since Prow's sidecar does.",
      examples: ['seatrial-prow finished --results gs://ci-logs --result FAILURE'],
      flags: finishedFlags,
      load: async () => (await import('./commands/finished.js')).finished,
    }),
    defineCommand({
      name: 'finalize-job',
      summary: 'judge a run by its junit files and close it',
      description:
        'The run passed when every expected junit file is below artifacts/, no other is, and none has a failure or error. Writes finished.json accordingly, records the commit of a passing postsubmit as the newest green one, and exits with 1 when the run failed.',
      examples: [
        'seatrial-prow finalize-job --results gs://ci-logs --junit-files junit_build.xml,junit_e2e.xml --green gs://ci-green',
      ],
      flags: finalizeJobFlags,
      json: true,
      load: async () => (await import('./commands/finalize-job.js')).finalizeJob,
    }),
    defineCommand({
      name: 'latest-green',
      summary: 'print the newest green commit of a job, or record a newer one',
      description:
        'Exits with 1 when there is none yet. With --move, prints "moved", or "kept" when a newer build is recorded.',
      examples: [
        'seatrial-prow latest-green --green gs://ci-green --job ci-widgets',
        'seatrial-prow latest-green --green gs://ci-green --move',
      ],
      flags: latestGreenFlags,
      json: true,
      load: async () => (await import('./commands/latest-green.js')).latestGreen,
    }),
    onboardCommand,
    mkpjCommand,
    rerunCommand,
    crdCommand,
    testgridCommand,
    uploadCommand,
    verdictCommand,
    webhookCommand,
  ],
});
