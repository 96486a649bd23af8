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
import { e2eFlags, graphFlags, stepFlags } from './flags.js';

const e2e = defineCommand({
  name: 'e2e',
  summary: 'run the whole trial: build, cluster, deploy, test, tear down, publish',
  description:
    'Takes a commit to published results. Exit code 0: passed. 1: what was tried failed. 3: the infrastructure failed.',
  examples: [
    'seatrial e2e',
    'seatrial e2e --only clone,build',
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
  summary: 'run one task of a run again',
  description: 'Takes the outputs of the tasks that it needs from the journal of the run.',
  examples: ['seatrial step deploy --run file:///tmp/_results/logs/widgets-e2e/1763936000000000001'],
  arguments: [{ name: 'name', description: 'name of the task', required: true }],
  flags: stepFlags,
  load: async () => (await import('./step-command.js')).step,
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
  commands: [e2e, step, graph, ...packages],
};
