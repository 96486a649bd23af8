import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../testing/temp-folder.js';
import { runPrebuild } from './prebuild.js';

const env = { PATH: process.env['PATH'] };

describe(runPrebuild, () => {
  it('runs in order, in the folder, without a shell', async () => {
    const cwd = await tempFolder();
    const lines: string[] = [];
    await runPrebuild(
      [
        ['sh', '-c', 'printf "%s" "$1" > out', 'sh', 'a $HOME; b'],
        ['cat', 'out'],
      ],
      { cwd, env, onLine: (line) => lines.push(line) },
    );
    expect(await readFile(join(cwd, 'out'), 'utf8')).toBe('a $HOME; b');
    expect(lines.at(-1)).toBe('a $HOME; b');
  });

  it('stops at the first that fails, with its code and last lines', async () => {
    const cwd = await tempFolder();
    const running = runPrebuild(
      [
        ['sh', '-c', 'echo one; echo two >&2; exit 3'],
        ['touch', 'never'],
      ],
      { cwd, env },
    );
    await expect(running).rejects.toThrow(
      expect.objectContaining({
        code: 'PREBUILD_FAILED',
        childExitCode: 3,
        detail: 'one\ntwo',
        infrastructure: false,
      }) as Error,
    );
    await expect(readFile(join(cwd, 'never'))).rejects.toThrow('ENOENT');
  });

  it('says which program is missing', async () => {
    const running = runPrebuild([['no-such-program']], { cwd: await tempFolder(), env });
    await expect(running).rejects.toThrow('no-such-program: there is no such program');
  });

  it('stops a program when it is told to', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by SIGTERM');
    const running = runPrebuild([['sh', '-c', 'echo up; exec sleep 60']], {
      cwd: await tempFolder(),
      env,
      signal: controller.signal,
      onLine: (line) => line === 'up' && controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });
});
