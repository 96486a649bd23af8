import { type Command, defineCommand } from '@seatrial/cli';
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
  arguments: [{ name: 'name', description: 'Name of the task.', required: true }],
  flags: stepFlags,
  load: async () => (await import('./step-command.js')).step,
});

const packages = async (): Promise<readonly Command[]> =>
  Promise.all([
    import('@seatrial/release/commands'),
    import('@seatrial/deploy/commands'),
    import('@seatrial/gke/commands'),
    import('@seatrial/helm/commands'),
    import('@seatrial/junit/commands'),
    import('@seatrial/prow/commands'),
    import('@seatrial/sandbox/commands'),
    import('@seatrial/storage/commands'),
    import('@seatrial/pipeline/commands'),
  ]).then((modules) => modules.map(({ command }) => ({ ...command, name: command.name.replace(/^seatrial-/, '') })));

/** The `seatrial` program: the trial's own commands, and those of every package. */
export async function seatrialCommand(): Promise<Command> {
  return {
    name: 'seatrial',
    summary: 'releases a Kubernetes operator and puts it through an end-to-end trial',
    examples: ['seatrial e2e', 'seatrial graph --format mermaid', 'seatrial sandbox up'],
    commands: [e2e, step, graph, ...(await packages())],
  };
}
