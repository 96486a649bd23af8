import type { Command } from '@seatrial/cli';
import { defineCommand, defineFlags } from '@seatrial/cli';

export { formatTaskTable } from './task-table.js';

/** Flags of `graph`, for its handler. */
export const graphFlags = defineFlags({
  format: {
    type: 'string',
    description: 'form of the output',
    choices: ['text', 'mermaid', 'dot', 'json'],
    default: 'text',
  },
  only: { type: 'strings', description: 'tasks to run; cleanup tasks stay' },
  skip: { type: 'strings', description: 'tasks to leave out' },
});

const graph = defineCommand({
  name: 'graph',
  summary: 'print the task graph that a JavaScript module exports',
  description:
    'Prints the graph that a JavaScript module exports as `graph` (or as its default): made by createGraph, or a list of tasks.',
  examples: ['seatrial-pipeline graph pipeline.js', 'seatrial-pipeline graph pipeline.js --format mermaid --skip lint'],
  arguments: [{ name: 'file', description: 'path of the module', required: true }],
  flags: graphFlags,
  load: async () => (await import('./graph-command.js')).printGraph,
});

const show = defineCommand({
  name: 'show',
  summary: 'print what became of a run, from its journal',
  description:
    'Prints states, durations and the critical path of a run from the folder of its journal: run.json and tasks/*.json. Exits with 1 unless the run succeeded.',
  examples: [
    'seatrial-pipeline show _results/logs/e2e/1/artifacts/seatrial',
    'seatrial-pipeline show ./journal --json',
  ],
  arguments: [{ name: 'journal', description: 'folder, as a path or file:// URI', required: true }],
  json: true,
  load: async () => (await import('./show-command.js')).showRun,
});

/** The commands of this package, to be mounted. */
export const commands: readonly Command[] = [graph, show];

/** The command line of this package, `seatrial-pipeline`. */
export const command: Command = defineCommand({
  name: 'seatrial-pipeline',
  summary: 'look at task graphs and at what became of their runs',
  examples: ['seatrial-pipeline graph pipeline.js', 'seatrial-pipeline show ./journal'],
  commands,
});
