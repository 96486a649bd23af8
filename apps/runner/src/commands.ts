import { type Command, defineCommand } from '@seatrial/cli';
import { command as cli } from '@seatrial/cli/commands';
import { command as deploy } from '@seatrial/deploy/commands';
import { command as gke } from '@seatrial/gke/commands';
import { command as helm } from '@seatrial/helm/commands';
import { createCommand as createJunitCommand } from '@seatrial/junit/commands';
import { command as pipeline } from '@seatrial/pipeline/commands';
import { command as prow } from '@seatrial/prow/commands';
import { command as release } from '@seatrial/release/commands';
import { command as sandbox } from '@seatrial/sandbox/commands';
import { command as storage } from '@seatrial/storage/commands';
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
import { ui } from './ui-command.js';

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

// Results lie in object stores more often than in files.
const junit = createJunitCommand({
  openStore: async ({ env, cwd, signal }) => {
    const { createObjectStore, storeOptionsFromEnv } = await import('@seatrial/storage');
    return createObjectStore({ ...storeOptionsFromEnv(env), cwd, signal });
  },
});

const packages = [release, deploy, gke, helm, junit, prow, storage, pipeline, sandbox, cli].map((command) => ({
  ...command,
  name: command.name.replace(/^seatrial-/, ''),
}));

/** The `seatrial` program: the trial's own commands, and those of every package. */
export const command: Command = {
  name: 'seatrial',
  summary: 'releases a Kubernetes operator and puts it through an end-to-end trial',
  examples: ['seatrial e2e', 'seatrial graph --format mermaid', 'seatrial sandbox up'],
  commands: [e2e, step, graph, runs, init, ui, ...packages],
};
