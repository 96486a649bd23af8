import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRedactor } from '@seatrial/cli';
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

  it('takes secrets out before anything is cut', async () => {
    const redact = createRedactor(['ab\ncd\nef', 'correct-horse']);
    const lines: string[] = [];
    const script = `printf 'x ab\\ncd\\nef\\n%1995s%s\\n' . correct-horse; exit 1`;
    const running = runPrebuild([['sh', '-c', script]], {
      cwd: await tempFolder(),
      env,
      onLine: (line) => lines.push(line),
      createFilter: () => redact.stream(),
    });
    await expect(running).rejects.toThrow(
      expect.objectContaining({ detail: expect.stringMatching(/^x \[redacted\]\n *\.\[reda…$/) as string }) as Error,
    );
    expect(lines.slice(1).map((line) => line.trim())).toEqual(['x [redacted]', '.[redacted]']);
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
