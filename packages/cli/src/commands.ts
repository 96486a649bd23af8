import type { Command } from './command.js';
import { defineCommand } from './command.js';

const reference = defineCommand({
  name: 'reference',
  summary: 'print the reference of a command line as Markdown',
  description: 'Prints every command, argument and flag of the command or commands that a JavaScript module exports.',
  examples: ['seatrial-cli reference @seatrial/junit/commands', 'seatrial-cli reference ./commands.js --json'],
  arguments: [{ name: 'module', description: 'package export, or path from the current folder', required: true }],
  json: true,
  load: async () => (await import('./reference-command.js')).printReference,
});

/** The command line of this package, `seatrial-cli`. */
export const command: Command = defineCommand({
  name: 'seatrial-cli',
  summary: 'look into command lines that are made of commands as data',
  examples: ['seatrial-cli reference @seatrial/junit/commands'],
  commands: [reference],
});

/** The same, to be mounted elsewhere. */
export const commands: readonly Command[] = [reference];
