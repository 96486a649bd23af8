import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readTextIfAny, writeChanges } from './file-change.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seatrial-onboard-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const change = (name: string, before: string | undefined, after: string, isSecret = false) => ({
  path: join(dir, name),
  before,
  after,
  isSecret,
});
const modeOf = async (name: string) => (await stat(join(dir, name))).mode & 0o777;

describe(writeChanges, () => {
  it('makes and replaces files and leaves no others', async () => {
    await writeFile(join(dir, 'old'), 'a');
    await chmod(join(dir, 'old'), 0o664);
    await writeChanges([
      change('old', 'a', 'b'),
      change('deep/er/new', undefined, 'c'),
      change('same', undefined, 'x', true),
    ]);
    expect((await readdir(dir)).sort()).toEqual(['deep', 'old', 'same']);
    expect(await readFile(join(dir, 'old'), 'utf8')).toBe('b');
    expect(await readFile(join(dir, 'deep/er/new'), 'utf8')).toBe('c');
    expect([await modeOf('old'), await modeOf('same')]).toEqual([0o664, 0o600]);
  });

  it('takes from others the right to read a file of secrets', async () => {
    await writeFile(join(dir, 'hmac'), 'a', { mode: 0o644 });
    await writeChanges([change('hmac', 'a', 'b', true)]);
    expect(await modeOf('hmac')).toBe(0o600);
  });

  it('writes through a link', async () => {
    await writeFile(join(dir, 'real'), 'a');
    await symlink('real', join(dir, 'link'));
    await writeChanges([change('link', 'a', 'b')]);
    expect(await readFile(join(dir, 'real'), 'utf8')).toBe('b');
  });

  it('touches nothing that stays', async () => {
    await writeFile(join(dir, 'old'), 'a');
    const before = await stat(join(dir, 'old'));
    await writeChanges([change('old', 'a', 'a')]);
    expect((await stat(join(dir, 'old'))).ino).toBe(before.ino);
  });

  it.each([
    ['cannot be written', async () => mkdir(join(dir, 'two')), change],
    ['was changed meanwhile', async () => writeFile(join(dir, 'two'), 'theirs'), change],
  ])('puts everything back when a file %s', async (_what, spoil) => {
    await writeFile(join(dir, 'one'), 'a');
    await spoil();
    const before = (await readdir(dir)).sort();
    const changes = [change('one', 'a', 'b'), change('zero', undefined, 'c'), change('two', undefined, 'd')];
    await expect(writeChanges(changes)).rejects.toMatchObject({
      code: 'INVALID_FLAG',
      message: expect.stringContaining('nothing was written'),
      hint: expect.any(String),
    });
    expect((await readdir(dir)).sort()).toEqual(before);
    expect(await readFile(join(dir, 'one'), 'utf8')).toBe('a');
  });
});

describe(readTextIfAny, () => {
  it('tells a missing file from one that cannot be read', async () => {
    expect(await readTextIfAny(join(dir, 'none'))).toBeUndefined();
    await expect(readTextIfAny(dir)).rejects.toMatchObject({ code: 'INVALID_FLAG', hint: expect.any(String) });
  });
});
