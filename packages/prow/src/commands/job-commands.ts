import { defineCommand } from '@seatrial/cli';
import { envFlags } from './env-flags.js';
import { finalizeJobFlags } from './finalize-job-flags.js';
import { finishedFlags } from './finished-flags.js';
import { latestGreenFlags } from './latest-green-flags.js';
import { pathsFlags } from './paths-flags.js';
import { startedFlags } from './started-flags.js';

/** `seatrial-prow env`. */
export const envCommand = defineCommand({
  name: 'env',
  summary: 'print what job this is',
  description:
    'Reads JOB_SPEC and the single variables and prints them as one, contradictions on stderr. With --json: type, job, build, refs, revision.',
  examples: ['seatrial-prow env', 'seatrial-prow env --strict --json'],
  flags: envFlags,
  json: true,
  load: async () => (await import('./env.js')).env,
});

/** `seatrial-prow paths`. */
export const pathsCommand = defineCommand({
  name: 'paths',
  summary: 'print where the results of this job belong, and where to look at them',
  examples: [
    'seatrial-prow paths --results gs://ci-logs --json',
    'seatrial-prow paths --results gs://ci-logs --deck-url https://prow.example',
  ],
  flags: pathsFlags,
  json: true,
  load: async () => (await import('./paths.js')).paths,
});

/** `seatrial-prow started`. */
export const startedCommand = defineCommand({
  name: 'started',
  summary: 'open a run: started.json, then alias and latest-build.txt',
  description: "Prints the run's URI. In a decorated job it writes nothing, since Prow's sidecar does.",
  examples: ['seatrial-prow started --results gs://ci-logs --metadata cluster=e2e-1'],
  flags: startedFlags,
  load: async () => (await import('./started.js')).started,
});

/** `seatrial-prow finished`. */
export const finishedCommand = defineCommand({
  name: 'finished',
  summary: 'close a run: finished.json',
  description: "Prints the run's URI. In a decorated job it writes nothing, since Prow's sidecar does.",
  examples: ['seatrial-prow finished --results gs://ci-logs --result FAILURE'],
  flags: finishedFlags,
  load: async () => (await import('./finished.js')).finished,
});

/** `seatrial-prow finalize-job`. */
export const finalizeJobCommand = defineCommand({
  name: 'finalize-job',
  summary: 'judge a run by its junit files and close it',
  description:
    'The run passed when every expected junit file is below artifacts/, no other is, and none has a failure or error. Writes finished.json accordingly, records the commit of a passing postsubmit as the newest green one, and exits with 1 when the run failed.',
  examples: [
    'seatrial-prow finalize-job --results gs://ci-logs --junit-files junit_build.xml,junit_e2e.xml --green gs://ci-green',
  ],
  flags: finalizeJobFlags,
  json: true,
  load: async () => (await import('./finalize-job.js')).finalizeJob,
});

/** `seatrial-prow latest-green`. */
export const latestGreenCommand = defineCommand({
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
  load: async () => (await import('./latest-green.js')).latestGreen,
});
