import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findConfig } from './find-config.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'find-config-'));
  execFileSync('git', ['init', '--quiet'], { cwd: dir });
});
afterEach(() => rmSync(dir, { recursive: true }));

const write = (path: string, text = 'version: 1\n') => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};

describe(findConfig, () => {
  it('takes the one of the working directory before any other', async () => {
    write('seatrial.yaml');
    write('operators/a/seatrial.yaml');
    expect(await findConfig(dir)).toBe('seatrial.yaml');
  });

  it('takes the only one of the repository', async () => {
    write('operators/a/seatrial.yaml');
    write('.gitignore', 'scratch\n');
    write('scratch/seatrial.yaml');
    expect(await findConfig(dir)).toBe('operators/a/seatrial.yaml');
  });

  it('names those that there are when it cannot tell', async () => {
    write('a/seatrial.yaml');
    write('b/seatrial.yaml');
    await expect(findConfig(dir)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      hint: 'Choose one with --config: a/seatrial.yaml, b/seatrial.yaml.',
    });
  });

  it('says how to name one when there is none', async () => {
    await expect(findConfig(dir)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      hint: expect.stringContaining('--config FILE'),
    });
  });
});
