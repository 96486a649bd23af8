import { chmod, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRepository } from '../testing/repository.js';
import { tempFolder } from '../testing/temp-folder.js';
import { cloneSource } from './clone-source.js';
import { describeTree } from './describe-tree.js';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

describe(describeTree, () => {
  it('says that a fresh commit is clean', async () => {
    const repo = await createRepository();
    expect(await describeTree(repo.dir)).toEqual({ sha: await repo.git('rev-parse', 'HEAD'), dirty: false });
  });

  it('tells trees apart that differ in untracked files only', async () => {
    const repo = await createRepository();
    await repo.write({ 'new.txt': 'one' });
    const first = await describeTree(repo.dir);
    await repo.write({ 'new.txt': 'two' });
    const second = await describeTree(repo.dir);
    expect(first.dirty).toBe(true);
    expect(new Set([first.diffHash, second.diffHash, EMPTY]).size).toBe(3);
  });

  it('does not see ignored files, times, or files that were only touched', async () => {
    const repo = await createRepository({ 'a.txt': 'one\n', '.gitignore': 'out\n' });
    await repo.write({ out: 'x' });
    await utimes(join(repo.dir, 'a.txt'), 1, 1);
    expect(await describeTree(repo.dir)).toMatchObject({ dirty: false });
  });

  it.each([
    ['an executable bit', (dir: string) => chmod(join(dir, 'a.txt'), 0o755)],
    ['a deletion', (dir: string) => rm(join(dir, 'a.txt'))],
    ['an empty new file', (dir: string) => writeFile(join(dir, 'b.txt'), '')],
    ['a link', (dir: string) => symlink('a.txt', join(dir, 'b.txt'))],
    ['a link that leads nowhere', (dir: string) => symlink('nowhere', join(dir, 'b.txt'))],
  ])('sees %s', async (_what, change) => {
    const repo = await createRepository();
    await change(repo.dir);
    const tree = await describeTree(repo.dir);
    expect(tree).toMatchObject({ dirty: true });
    expect(tree.diffHash).not.toBe(EMPTY);
  });

  it('is the same whether changes are staged or not', async () => {
    const repo = await createRepository();
    await repo.write({ 'a.txt': 'two\n', 'new.txt': 'new\n' });
    const loose = await describeTree(repo.dir);
    await repo.git('add', '--all');
    expect(await describeTree(repo.dir)).toEqual(loose);
  });

  it('sees no change in a file that was only taken out of the index', async () => {
    const repo = await createRepository();
    await repo.git('rm', '--quiet', '--cached', 'a.txt');
    expect(await describeTree(repo.dir)).toMatchObject({ dirty: false });
    await repo.write({ 'a.txt': 'other\n' });
    expect(await describeTree(repo.dir)).toMatchObject({ dirty: true });
  });

  it("does not depend on the user's git settings", async () => {
    const repo = await createRepository({ 'ü b.txt': 'one\n' });
    await repo.write({ 'ü b.txt': 'two\n', 'ü c.txt': 'x' });
    const before = await describeTree(repo.dir);
    for (const setting of [
      'diff.noprefix true',
      'diff.algorithm histogram',
      'diff.external /bin/false',
      'status.showUntrackedFiles no',
      'diff.renames copies',
    ]) {
      await repo.git('config', ...setting.split(' '));
    }
    expect(await describeTree(repo.dir)).toEqual(before);
  });

  it('is told from the top, wherever in the tree it is asked', async () => {
    const repo = await createRepository({ 'sub/a.txt': 'one\n' });
    await repo.write({ 'b.txt': 'x' });
    expect(await describeTree(join(repo.dir, 'sub'))).toEqual(await describeTree(repo.dir));
  });

  it('rejects a folder that is no work tree, and one without a commit', async () => {
    const dir = await tempFolder();
    await expect(describeTree(dir)).rejects.toThrow(expect.objectContaining({ code: 'REPOSITORY_NOT_FOUND' }) as Error);
  });

  it('is the same for a copy elsewhere, whatever was changed', async () => {
    const name = fc.constantFrom('a.txt', 'sub/b', 'sub/c', 'new/d e', 'zß');
    const content = fc.option(fc.string({ maxLength: 20 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, content), async (changes) => {
        const repo = await createRepository({ 'a.txt': 'one\n', 'sub/b': 'two\n' });
        for (const [path, text] of Object.entries(changes)) {
          if (text === undefined) await rm(join(repo.dir, path), { force: true });
          else await repo.write({ [path]: text });
        }
        const { sha, dirty, diffHash } = await cloneSource({
          repo: repo.dir,
          dir: join(await tempFolder(), 'copy'),
          includeChanges: true,
        });
        expect({ sha, dirty, diffHash }).toEqual({ diffHash: undefined, ...(await describeTree(repo.dir)) });
      }),
      { numRuns: 12 },
    );
  });
});
