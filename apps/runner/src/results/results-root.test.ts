import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeResultsRoot } from './results-root.js';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'results-root-'));
});
afterAll(() => rm(dir, { recursive: true }));

const uriOf = (path: string) => pathToFileURL(path).href;

describe(makeResultsRoot, () => {
  it('has git pass over a folder that it makes', async () => {
    const root = join(dir, 'a folder', '_results');
    await makeResultsRoot(uriOf(root));
    expect(await readdir(root)).toEqual(['.gitignore']);
    expect(await readdir(join(dir, 'a folder'))).toEqual(['_results']);
  });

  it('leaves a folder alone that is there', async () => {
    const root = await mkdtemp(join(dir, 'there-'));
    await makeResultsRoot(uriOf(root));
    expect(await readdir(root)).toEqual([]);
  });

  it('leaves it to others to tell of one that cannot be made, and of buckets', async () => {
    const file = join(dir, 'file');
    await writeFile(file, '');
    await makeResultsRoot(uriOf(join(file, 'results')));
    expect(await readFile(file, 'utf8')).toBe('');
    await makeResultsRoot('gs://ci-logs');
  });
});
