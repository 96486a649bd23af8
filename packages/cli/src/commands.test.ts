import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from './commands.js';
import { runForTest } from './testing.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const source = `export const command = {
  name: 'tool', summary: 'do things', examples: ['tool build'],
  commands: [{
    name: 'build', summary: 'build it', examples: ['tool build --registry x'],
    arguments: [{ name: 'dir', description: 'where', required: true }],
    flags: {
      registry: { type: 'string', description: 'a|b', required: true, env: 'REGISTRY' },
      n: { type: 'number', description: 'count', default: 3 },
      secret: { type: 'string', description: 'no', hidden: true },
    },
  }],
};`;

describe('reference', () => {
  it('prints Markdown of all commands of a module', async () => {
    await writeFile(join(cwd, 'c.mjs'), source);
    expect(await runForTest(command, ['reference', './c.mjs'], { cwd })).toEqual({
      code: 0,
      stdout: [
        '## tool',
        '',
        'Do things.',
        '',
        '```sh',
        'tool build',
        '```',
        '',
        '## tool build',
        '',
        'Build it.',
        '',
        '```sh',
        'tool build --registry x',
        '```',
        '',
        '| argument | meaning |',
        '| --- | --- |',
        '| dir | where (required) |',
        '',
        '| flag | meaning | default | variable |',
        '| --- | --- | --- | --- |',
        '| `--registry` | a\\|b (required) |  | `REGISTRY` |',
        '| `--n` | count | `3` |  |',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('prints them as data', async () => {
    await writeFile(join(cwd, 'd.mjs'), source);
    const { stdout } = await runForTest(command, ['reference', './d.mjs', '--json'], { cwd });
    expect(JSON.parse(stdout)).toMatchObject([{ name: 'tool', commands: [{ name: 'build' }] }]);
  });

  it.each([
    [
      'a module without commands',
      './e.mjs',
      'error: no commands in ./e.mjs\nhint: Name a module that exports `command` or `commands`.\n',
    ],
    ['a package that is not there', 'nothing-of-the-kind', 'error: cannot find module nothing-of-the-kind\n'],
    ['a file that is not there', './missing.mjs', 'error: cannot find module ./missing.mjs\n'],
  ])('exits with 2 for %s', async (_what, name, stderr) => {
    await writeFile(join(cwd, 'e.mjs'), 'export const other = 1;');
    const result = await runForTest(command, ['reference', name], { cwd });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(stderr);
  });
});
