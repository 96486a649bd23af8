import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command, CommandContext } from './command.js';
import { UsageError } from './errors.js';
import { expandCommand } from './expand-command.js';
import { formatReference } from './reference.js';

/** Prints the reference of the commands that a module exports as `command` or `commands`. */
export async function printReference({ args, cwd, flags, print, printJson }: CommandContext): Promise<void> {
  const [name = ''] = args;
  const found = commandsOf((await import(locate(name, cwd))) as Record<string, unknown>);
  const commands = await Promise.all(found.map((command) => expandCommand(command)));
  if (commands.length === 0) {
    throw new UsageError(`no commands in ${name}`, { hint: 'Name a module that exports `command` or `commands`.' });
  }
  if (flags.json) printJson(commands);
  else print(commands.map((command) => formatReference(command)).join('\n\n'));
}

function commandsOf({ command, commands }: Record<string, unknown>): readonly Command[] {
  if (command !== undefined) return [command as Command];
  return Array.isArray(commands) ? (commands as Command[]) : [];
}

function locate(name: string, cwd: string): string {
  try {
    return pathToFileURL(createRequire(join(cwd, 'from-here.js')).resolve(name)).href;
  } catch (cause) {
    throw new UsageError(`cannot find module ${name}`, {
      cause,
      hint: 'Install it, or give the path of a file, starting with ./.',
    });
  }
}
