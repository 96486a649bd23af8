import { describe, expect, it } from 'vitest';
import type { Command } from './command.js';
import { expandCommand, mountCommand } from './expand-command.js';
import { runForTest } from './testing.js';

/** A program with two mounted commands, and which of them were imported. */
function createProgram() {
  const imported: string[] = [];
  const mount = (name: string) =>
    mountCommand({
      name,
      summary: `do ${name}`,
      expand: async (): Promise<Command> => {
        imported.push(name);
        return {
          name: `tool-${name}`,
          summary: 'elsewhere',
          examples: [`tool-${name} go`],
          commands: [
            {
              name: 'go',
              summary: 'go',
              examples: ['x'],
              load:
                async () =>
                async ({ print }) =>
                  print(name),
            },
          ],
        };
      },
    });
  const tool: Command = {
    name: 'tool',
    summary: 'do it',
    examples: ['tool build go'],
    commands: [mount('build'), mount('push')],
  };
  return { tool, imported };
}

describe(mountCommand, () => {
  it('is listed in the help of its parent without being imported', async () => {
    const { tool, imported } = createProgram();
    const { stdout } = await runForTest(tool, ['--help']);
    expect(stdout).toMatch(/build \[options\] +do build\n +push \[options\] +do push/);
    expect(imported).toEqual([]);
  });

  it.each([[['build', 'go']], [['--log-level', 'debug', 'build', 'go']], [['--log-level=debug', 'build', 'go']]])(
    'is imported alone for %j',
    async (argv) => {
      const { tool, imported } = createProgram();
      expect(await runForTest(tool, argv)).toMatchObject({ code: 0, stdout: 'build\n' });
      expect(imported).toEqual(['build']);
    },
  );

  it.each([[['help', 'push']], [['push', '--help']]])('shows its own help for %j', async (argv) => {
    const { stdout } = await runForTest(createProgram().tool, argv);
    expect(stdout).toMatch(/^Usage: tool push /);
    expect(stdout).toContain('$ tool push go');
  });

  it('is suggested for a name that is nearly its own', async () => {
    const run = await runForTest(createProgram().tool, ['psuh']);
    expect(run).toMatchObject({ code: 2, stderr: "error: unknown command 'psuh'\nhint: Did you mean push?\n" });
  });
});

describe(expandCommand, () => {
  it('imports all without words, and keeps name and summary of the mount', async () => {
    const { tool, imported } = createProgram();
    const { commands = [] } = await expandCommand(tool);
    expect(imported).toEqual(['build', 'push']);
    expect(commands.map(({ name, summary }) => [name, summary])).toEqual([
      ['build', 'do build'],
      ['push', 'do push'],
    ]);
  });
});
