import { type Command, defineCommand, mountCommand } from '@seatrial/cli';
import {
  e2eFlags,
  graphFlags,
  initFlags,
  runsCancelFlags,
  runsListFlags,
  runsLogsFlags,
  runsShowFlags,
  stepFlags,
} from './flags.js';

const e2e = defineCommand({
  name: 'e2e',
  summary: 'run the whole trial: build, cluster, deploy, test, tear down, publish',
  description:
    'Takes a commit to published results. Exit code 0: passed. 1: what was tried failed. 3: the infrastructure failed.',
  examples: [
    'seatrial e2e',
    'seatrial e2e --only clone,build',
    'seatrial e2e --resume RUN --from deploy',
    'seatrial e2e --provider gke --project my-project --registry gcr.io/my-project --results gs://my-results',
  ],
  flags: e2eFlags,
  json: true,
  load: async () => (await import('./e2e-command.js')).e2e,
});

const graph = defineCommand({
  name: 'graph',
  summary: 'print the plan of the trial; nothing is started',
  examples: ['seatrial graph', 'seatrial graph --format mermaid'],
  flags: graphFlags,
  load: async () => (await import('./graph-command.js')).graph,
});

const step = defineCommand({
  name: 'step',
  summary: 'run one task by hand, in a run or on its own',
  description:
    'With --run: that task alone, with the outputs of those that it needs from the journal of the run. Without: in a new run, after the tasks that it needs, followed by what cleans up after them.',
  examples: [
    'seatrial step deploy --run file:///tmp/_results/logs/widgets-e2e/1763936000000000001',
    'seatrial step lint',
  ],
  arguments: [{ name: 'name', description: 'name of the task', required: true }],
  flags: stepFlags,
  json: true,
  load: async () => (await import('./step-command.js')).step,
});

const run = { name: 'run', description: 'URI of its results, or its build id', required: true } as const;
const runs = defineCommand({
  name: 'runs',
  summary: 'look at runs and stop them, from any shell',
  examples: ['seatrial runs list', 'seatrial runs logs 1763936000000000001 --follow'],
  commands: [
    defineCommand({
      name: 'list',
      summary: 'list runs, the newest first',
      examples: ['seatrial runs list', 'seatrial runs list --results gs://my-results --job widgets-e2e'],
      flags: runsListFlags,
      json: true,
      load: async () => (await import('./runs/runs-commands.js')).list,
    }),
    defineCommand({
      name: 'show',
      summary: 'show how the tasks of a run are',
      examples: ['seatrial runs show 1763936000000000001'],
      arguments: [run],
      flags: runsShowFlags,
      json: true,
      load: async () => (await import('./runs/runs-commands.js')).show,
    }),
    defineCommand({
      name: 'logs',
      summary: 'print the log of a run, or of one of its tasks',
      examples: ['seatrial runs logs 1763936000000000001', 'seatrial runs logs 1763936000000000001 deploy --follow'],
      arguments: [run, { name: 'task', description: 'only the log of this task' }],
      flags: runsLogsFlags,
      load: async () => (await import('./runs/runs-commands.js')).logs,
    }),
    defineCommand({
      name: 'cancel',
      summary: 'ask a run to stop; it cleans up first and finishes as ABORTED',
      examples: ['seatrial runs cancel 1763936000000000001 --wait'],
      arguments: [run],
      flags: runsCancelFlags,
      load: async () => (await import('./runs/runs-commands.js')).cancel,
    }),
  ],
});

const init = defineCommand({
  name: 'init',
  summary: 'write a commented seatrial.yaml from what is found in the repository',
  description: 'Looks for the Dockerfile, the chart, its CRDs, and test commands. Never overwrites a file.',
  examples: ['seatrial init', 'seatrial init --stdout'],
  arguments: [{ name: 'dir', description: 'folder of the operator (default: this one)' }],
  flags: initFlags,
  load: async () => (await import('./init/init-command.js')).init,
});

/** Commands of the packages: each is imported when it is on the command line. */
const packages: readonly Command[] = [
  mountCommand({
    name: 'ui',
    summary: 'serve the page of runs, live and afterwards',
    expand: async () => (await import('@seatrial/dashboard/commands')).command,
  }),
  mountCommand({
    name: 'release',
    summary: 'from a commit to an image and a chart: checkout, build, push, publish',
    expand: async () => (await import('@seatrial/release/commands')).command,
  }),
  mountCommand({
    name: 'deploy',
    summary: 'set an operator up on a cluster, test it, tear it down',
    expand: async () => (await import('@seatrial/deploy/commands')).command,
  }),
  mountCommand({
    name: 'gke',
    summary: 'create, list and delete GKE clusters',
    expand: async () => (await import('@seatrial/gke/commands')).command,
  }),
  mountCommand({
    name: 'helm',
    summary: 'edit, check, package and publish charts',
    expand: async () => (await import('@seatrial/helm/commands')).command,
  }),
  mountCommand({
    name: 'junit',
    summary: 'read, judge and merge JUnit reports; run anything as a test case',
    expand: async () => {
      const { createCommand } = await import('@seatrial/junit/commands');
      // Results lie in object stores more often than in files.
      return createCommand({
        openStore: async ({ env, cwd, signal }) => {
          const { createObjectStore, storeOptionsFromEnv } = await import('@seatrial/storage');
          return createObjectStore({ ...storeOptionsFromEnv(env), cwd, signal });
        },
      });
    },
  }),
  mountCommand({
    name: 'prow',
    summary: 'read the job environment of Prow and write results where its readers look',
    expand: async () => (await import('@seatrial/prow/commands')).command,
  }),
  mountCommand({
    name: 'storage',
    summary: 'read and write objects over gs:// and file://',
    expand: async () => (await import('@seatrial/storage/commands')).command,
  }),
  mountCommand({
    name: 'pipeline',
    summary: 'look at task graphs and at what became of their runs',
    expand: async () => (await import('@seatrial/pipeline/commands')).command,
  }),
  mountCommand({
    name: 'sandbox',
    summary: 'a local cloud on loopback: GKE, Kubernetes, Cloud Storage, Docker, OCI registry and GitHub',
    expand: async () => (await import('@seatrial/sandbox/commands')).command,
  }),
  mountCommand({
    name: 'cli',
    summary: 'look into command lines that are made of commands as data',
    expand: async () => (await import('@seatrial/cli/commands')).command,
  }),
];

const help: Command = defineCommand({
  name: 'help',
  summary: 'show help for a command or a topic; alone, list both',
  description:
    'Prints what COMMAND --help prints, or the page of a topic. Where both have the name, the command goes first.',
  examples: [
    'seatrial help',
    'seatrial help exit-codes',
    'seatrial help deploy setup',
    'seatrial help --topic sandbox',
  ],
  arguments: [{ name: 'words', description: 'a topic, or a command and those below it', variadic: true }],
  flags: { topic: { type: 'boolean', description: 'only topics', default: false } },
  load: async () => {
    const { help: show } = await import('./help/help-command.js');
    return (context) => show(command, context);
  },
});

/** The `seatrial` program: the trial's own commands, and those of every package. */
export const command: Command = {
  name: 'seatrial',
  summary: 'releases a Kubernetes operator and puts it through an end-to-end trial',
  examples: ['seatrial e2e', 'seatrial graph --format mermaid', 'seatrial sandbox up'],
  commands: [e2e, step, graph, runs, init, ...packages, help],
};
