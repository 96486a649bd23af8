import { type Command, defineCommand } from './command.js';

/** Shells whose completion scripts are known. */
export const shells: readonly string[] = ['bash', 'zsh', 'fish', 'powershell'];

/** The root of a program with one more command, by which shells complete its command lines. */
export function withCompletion(root: Command): Command {
  if (root.commands === undefined) return root;
  const command = defineCommand({
    name: 'complete',
    summary: `print the completion script of a shell: ${shells.join(', ')}`,
    examples: [`source <(${root.name} complete bash)`, `${root.name} complete fish | source`],
    arguments: [{ name: 'shell', description: shells.join(', ') }],
    load: async () => {
      const { complete } = await import('./completion.js');
      return (context) => complete(root, context);
    },
  });
  return { ...root, commands: [...root.commands, command] };
}
