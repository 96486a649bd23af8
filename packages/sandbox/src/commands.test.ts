import { mkdtemp, rm, stat, chmod, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { formatExports } from './commands/show.js';
import { findState, listStates, writeState } from './commands/state-file.js';
import { startSandbox } from './start-sandbox.js';

let outer: string;
let dir: string;
const { signal } = new AbortController();

beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), 'seatrial-state-test-'));
  dir = join(outer, 'state');
});

afterEach(() => rm(outer, { recursive: true }));

const state = (id: string, more: object = {}) => ({
  id,
  pid: 1,
  startedMs: 1,
  env: { STORAGE_EMULATOR_HOST: 'http://127.0.0.1:2' },
  docker: '',
  dataDir: '',
  ...more,
});

describe(formatExports, () => {
  it('quotes for a shell', () => {
    expect(formatExports({ A: 'b', C: "it's $HOME" })).toBe("export A='b'\nexport C='it'\\''s $HOME'");
  });
});

describe(findState, () => {
  it('finds the newest that runs, or the one with the base, and removes what is stale', async () => {
    await using sandbox = await startSandbox({ docker: 'off' });
    const { env } = sandbox;
    await writeState(dir, state('stale', { startedMs: 9 }));
    await writeState(dir, state('old', { startedMs: 2, env, portBase: 9000 }));
    const remove = await writeState(dir, state('new', { startedMs: 3, env }));
    expect((await findState(dir, { signal })).id).toBe('new');
    expect((await findState(dir, { signal, portBase: 9000 })).id).toBe('old');
    expect((await readdir(dir)).sort()).toEqual(['new.json', 'old.json']);
    await remove();
    expect((await findState(dir, { signal })).id).toBe('old');
  });

  it('says so when none runs', async () => {
    await expect(findState(dir, { signal })).rejects.toMatchObject({
      code: 'NOT_RUNNING',
      exitCode: 3,
      hint: expect.stringContaining('sandbox up'),
    });
  });
});

describe(listStates, () => {
  it('keeps the folder and the files private', async () => {
    await writeState(dir, state('a'));
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dir, 'a.json'))).mode & 0o777).toBe(0o600);
    await chmod(dir, 0o755);
    await expect(listStates(dir, signal)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
