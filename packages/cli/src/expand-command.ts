import type { Command } from './command.js';

/** For `mountCommand`. */
export interface MountedCommand {
  /** Name of the command where it is mounted. */
  readonly name: string;
  /** What the list in the parent's `--help` says. */
  readonly summary: string;
  /** Imports the command. */
  readonly expand: () => Promise<Command>;
}

/**
 * Mounts a command of which only name and summary are known until it is on the command line, so that a program with many
 * starts as quickly as one with few.
 */
export function mountCommand({ name, summary, expand }: MountedCommand): Command {
  return { name, summary, examples: [], expand };
}

/**
 * Imports what is mounted. Everything else of the tree stays as it is.
 *
 * @param words Only commands with these names, and those above them. Without: all.
 */
export async function expandCommand(command: Command, words?: ReadonlySet<string>): Promise<Command> {
  const whole = command.expand === undefined ? command : await mounted(command, command.expand);
  if (whole.commands === undefined) return whole;
  const children = whole.commands.map((child) =>
    words === undefined || words.has(child.name) ? expandCommand(child, words) : child,
  );
  return { ...whole, commands: await Promise.all(children) };
}

async function mounted({ name, summary }: Command, expand: () => Promise<Command>): Promise<Command> {
  return { ...(await expand()), name, summary };
}
