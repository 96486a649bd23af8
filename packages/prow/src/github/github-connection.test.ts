import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readGithubConnection } from './github-connection.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-github-'));
  await writeFile(join(cwd, 'token'), '  ghp_file\n');
  await writeFile(join(cwd, 'empty'), '\n');
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const read = (path: string | undefined, env: Record<string, string> = {}) =>
  readGithubConnection({
    cwd,
    env,
    clock: { now: () => 0, sleep: async () => undefined },
    signal: new AbortController().signal,
    flags: { 'github-endpoint': 'http://127.0.0.1', 'github-token-path': path },
  });

describe(readGithubConnection, () => {
  it.each([
    ['the file, trimmed', 'token', { GITHUB_TOKEN: 'ghp_env' }, 'ghp_file'],
    ['the environment, trimmed', undefined, { GITHUB_TOKEN: ' ghp_env\n' }, 'ghp_env'],
    ['nowhere', undefined, {}, undefined],
    ['nowhere when the variable is empty', undefined, { GITHUB_TOKEN: '' }, undefined],
  ])('takes the token from %s', async (_what, path, env, token) => {
    expect((await read(path, env)).token).toBe(token);
  });

  it.each([
    ['no', /cannot read the GitHub token at .*no/],
    ['empty', /file .*empty is empty/],
  ])('refuses the file %j', async (path, message) => {
    await expect(read(path, { GITHUB_TOKEN: 'ghp_env' })).rejects.toMatchObject({
      code: 'INVALID_FLAG',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });
});
