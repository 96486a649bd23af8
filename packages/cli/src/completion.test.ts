import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Command } from './command.js';
import { withCompletion } from './completion-command.js';
import { mountCommand } from './expand-command.js';
import { runForTest } from './testing.js';

const summary: Command = {
  name: 'summary',
  summary: 'say what reports hold',
  examples: ['x'],
  flags: {
    style: { type: 'string', description: 'how', choices: ['short', 'long'] },
    deep: { type: 'boolean', description: 'all of it' },
    secret: { type: 'string', description: 'not shown', hidden: true },
  },
  load: async () => async () => undefined,
};
const tool = withCompletion({
  name: 'tool',
  summary: 'do it',
  examples: ['tool junit summary'],
  commands: [
    mountCommand({
      name: 'junit',
      summary: 'reports',
      expand: async () => ({ name: 'tool-junit', summary: 'x', examples: ['x'], commands: [summary] }),
    }),
  ],
});

/** What a shell is told for the words of a command line, of which the last is being written. */
async function completionsOf(...words: readonly string[]): Promise<readonly string[]> {
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
  expect(await runForTest(tool, ['complete', '--', ...words])).toMatchObject({ code: 0 });
  const lines = log.mock.calls.map(([line]) => String(line));
  log.mockRestore();
  return lines.filter((line) => !line.startsWith(':'));
}

afterEach(() => vi.restoreAllMocks());

describe(withCompletion, () => {
  it('completes commands, those of mounted packages too', async () => {
    expect(await completionsOf('ju')).toEqual(['junit\treports']);
    expect(await completionsOf('junit', '')).toEqual(['summary\tsay what reports hold']);
  });

  it('completes options and their choices, but shows none that help hides', async () => {
    const options = await completionsOf('junit', 'summary', '--');
    expect(options).toEqual(expect.arrayContaining(['--style\thow', '--deep\tall of it']));
    expect(options.join()).not.toContain('secret');
    expect(await completionsOf('junit', 'summary', '--style', 'l')).toEqual(['long\t']);
  });

  it.each(['bash', 'zsh', 'fish', 'powershell'])('prints a script for %s that asks the program', async (shell) => {
    const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
    expect(await runForTest(tool, ['complete', shell])).toMatchObject({ code: 0, stderr: '' });
    expect(log.mock.calls.join()).toMatch(/tool\b[^]*\bcomplete\b/);
  });

  it('refuses other shells', async () => {
    expect(await runForTest(tool, ['complete', 'csh'])).toMatchObject({
      code: 2,
      stderr: 'error: no completion for the shell "csh"\nhint: Name one of bash, zsh, fish, powershell.\n',
    });
  });
});
