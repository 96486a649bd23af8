import { RootCommand } from '@bomb.sh/tab';
import type { Command as TabCommand } from '@bomb.sh/tab';
import type { Command, CommandContext } from './command.js';
import { shells } from './completion-command.js';
import { UsageError } from './errors.js';
import { expandCommand } from './expand-command.js';
import type { FlagSpec } from './flags.js';
import { flagsOf } from './program.js';

/**
 * Completes command lines of a program: prints the script for a shell, which then asks the program itself, with the words
 * so far after `--`. Writes through `console`, as the library does that knows the shells.
 */
export async function complete(root: Command, { args, rest }: Pick<CommandContext, 'args' | 'rest'>): Promise<void> {
  const [shell] = args;
  const tab = new RootCommand();
  if (shell !== undefined) {
    if (!shells.includes(shell)) {
      throw new UsageError(`no completion for the shell ${JSON.stringify(shell)}`, {
        hint: `Name one of ${shells.join(', ')}.`,
      });
    }
    tab.setup(root.name, root.name, shell);
    return;
  }
  const whole = await expandCommand(root, new Set(rest));
  addFlags(tab, whole);
  for (const child of whole.commands ?? []) addCommand(tab, child, child.name);
  tab.parse([...rest]);
}

function addCommand(tab: RootCommand, command: Command, path: string): void {
  addFlags(tab.command(path, command.summary), command);
  for (const child of command.commands ?? []) addCommand(tab, child, `${path} ${child.name}`);
}

function addFlags(to: TabCommand, command: Command): void {
  for (const [name, spec] of Object.entries(flagsOf(command))) {
    if (spec.hidden === true) continue;
    if (spec.type === 'boolean') to.option(spec.default === true ? `no-${name}` : name, spec.description);
    else to.option(name, spec.description, choicesOf(spec));
  }
}

function choicesOf({ choices = [] }: FlagSpec): (complete: (value: string, description: string) => void) => void {
  return (complete) => {
    for (const choice of choices) complete(choice, '');
  };
}
