import type { Command } from './command.js';

/** The command line of this package. */
export const commands: readonly Command[] = [];
