import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOutputFolder } from './output-folder.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'output-folder-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe(makeOutputFolder, () => {
  it('has git pass over a folder that it makes, and over no other', async () => {
    await makeOutputFolder(join(dir, 'one', '_results'));
    expect(await readdir(join(dir, 'one', '_results'))).toEqual(['.gitignore']);
    expect(await readdir(join(dir, 'one'))).toEqual(['_results']);
  });

  it('leaves a folder alone that is there', async () => {
    const there = await mkdtemp(join(dir, 'there-'));
    await makeOutputFolder(there);
    expect(await readdir(there)).toEqual([]);
  });

  it('leaves it to others to tell of one that cannot be made', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    await makeOutputFolder(join(file, 'output'));
    expect(await readFile(file, 'utf8')).toBe('');
  });
});
