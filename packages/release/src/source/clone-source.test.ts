import { chmod, mkdir, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createRepository } from '../testing/repository.js';
import { tempFolder } from '../testing/temp-folder.js';
import { cloneSource } from './clone-source.js';
import { describeTree } from './describe-tree.js';

const code = (name: string) => expect.objectContaining({ name: 'ReleaseError', code: name }) as Error;

async function target(): Promise<string> {
  return join(await tempFolder(), 'source');
}

describe(cloneSource, () => {
  it('checks the current commit of a path out', async () => {
    const repo = await createRepository({ 'a.txt': 'one\n' });
    const sha = await repo.commit({ 'b.txt': 'two\n' });
    const dir = await target();
    const cloned = await cloneSource({ repo: repo.dir, dir });
    expect(cloned).toEqual({ dir, sha, shortSha: sha.slice(0, 7), dirty: false, branch: 'main' });
    expect((await readdir(dir)).sort()).toEqual(['.git', 'a.txt', 'b.txt']);
  });

  it('does not depend on the original', async () => {
    const repo = await createRepository();
    const dir = await target();
    const { sha } = await cloneSource({ repo: repo.dir, dir });
    await rm(repo.dir, { recursive: true });
    await rm(join(dir, 'a.txt'));
    expect(await describeTree(dir)).toMatchObject({ sha, dirty: true });
  });

  it.each(['hash', 'branch', 'tag'])('checks a commit out by its %s', async (kind) => {
    const repo = await createRepository({ 'a.txt': 'one\n' });
    const sha = await repo.git('rev-parse', 'HEAD');
    await repo.git('branch', 'old');
    await repo.git('tag', 'v1');
    await repo.commit({ 'a.txt': 'two\n' });
    const dir = await target();
    const commit = { hash: sha, branch: 'old', tag: 'v1' }[kind];
    expect(await cloneSource({ repo: repo.dir, dir, commit })).toMatchObject({ sha, dirty: false });
    expect(await readFile(join(dir, 'a.txt'), 'utf8')).toBe('one\n');
  });

  it('leaves uncommitted changes behind unless asked', async () => {
    const repo = await createRepository({ 'a.txt': 'one\n' });
    await repo.write({ 'a.txt': 'changed\n', 'new.txt': 'new\n' });
    const dir = await target();
    expect(await cloneSource({ repo: repo.dir, dir })).toMatchObject({ dirty: false });
    expect(await readFile(join(dir, 'a.txt'), 'utf8')).toBe('one\n');
  });

  it('includes changed, staged, new and deleted files, modes and links, but no ignored ones', async () => {
    const repo = await createRepository({
      'changed.txt': 'one\n',
      'deleted.txt': 'x\n',
      'script.sh': 'x\n',
      'folder/file': 'x\n',
      '.gitignore': 'ignored\n',
    });
    await repo.write({
      'changed.txt': 'two\n',
      'staged.txt': 's\n',
      'deep/new file\twith ü.txt': 'n\n',
      ignored: 'secret\n',
    });
    await repo.git('add', 'staged.txt');
    await rm(join(repo.dir, 'deleted.txt'));
    await chmod(join(repo.dir, 'script.sh'), 0o755);
    await symlink('changed.txt', join(repo.dir, 'link'));
    // A folder becomes a file.
    await rm(join(repo.dir, 'folder'), { recursive: true });
    await writeFile(join(repo.dir, 'folder'), 'now a file\n');

    const dir = await target();
    const cloned = await cloneSource({ repo: repo.dir, dir, includeChanges: true });

    expect((await readdir(dir)).sort()).toEqual(
      ['.git', '.gitignore', 'changed.txt', 'deep', 'folder', 'link', 'script.sh', 'staged.txt'].sort(),
    );
    expect(await readFile(join(dir, 'changed.txt'), 'utf8')).toBe('two\n');
    expect(await readFile(join(dir, 'folder'), 'utf8')).toBe('now a file\n');
    expect(await readFile(join(dir, 'deep/new file\twith ü.txt'), 'utf8')).toBe('n\n');
    expect(await readlink(join(dir, 'link'))).toBe('changed.txt');
    expect((await stat(join(dir, 'script.sh'))).mode & 0o111).not.toBe(0);
    expect(cloned).toMatchObject({ dirty: true, diffHash: (await describeTree(repo.dir)).diffHash });
  });

  it('replaces what an earlier attempt left, half done or whole', async () => {
    const repo = await createRepository();
    const dir = await target();
    await cloneSource({ repo: repo.dir, dir });
    await writeFile(join(dir, 'left-over'), '');
    // A process that was killed left this.
    await mkdir(join(dirname(dir), '.source.seatrial-partial', '.git'), { recursive: true });
    await cloneSource({ repo: repo.dir, dir });
    expect((await readdir(dir)).sort()).toEqual(['.git', 'a.txt']);
    expect(await readdir(dirname(dir))).toEqual(['source']);
  });

  it('never replaces what it did not make', async () => {
    const repo = await createRepository();
    const dir = await target();
    await mkdir(dir);
    await writeFile(join(dir, 'precious'), '');
    await expect(cloneSource({ repo: repo.dir, dir })).rejects.toThrow(code('FOLDER_TAKEN'));
    expect(await readdir(dir)).toEqual(['precious']);
  });

  it('leaves nothing behind when it fails', async () => {
    const repo = await createRepository();
    const dir = await target();
    await expect(cloneSource({ repo: repo.dir, dir, commit: 'no-such' })).rejects.toThrow(code('COMMIT_NOT_FOUND'));
    expect(await readdir(dirname(dir))).toEqual([]);
  });

  it('is not led astray by the variables that git sets for hooks', async () => {
    const [repo, other] = [await createRepository({ mine: '' }), await createRepository({ other: '' })];
    const dir = await target();
    process.env['GIT_DIR'] = join(other.dir, '.git');
    try {
      await cloneSource({ repo: repo.dir, dir });
    } finally {
      delete process.env['GIT_DIR'];
    }
    expect((await readdir(dir)).sort()).toEqual(['.git', 'mine']);
  });

  it('takes a folder within a repository for the repository', async () => {
    const repo = await createRepository({ 'sub/a.txt': '' });
    const dir = await target();
    await cloneSource({ repo: join(repo.dir, 'sub'), dir });
    expect((await readdir(dir)).sort()).toEqual(['.git', 'sub']);
  });

  it('takes a file:// URL and a bare repository', async () => {
    const repo = await createRepository();
    const bare = join(await tempFolder(), 'bare.git');
    await repo.git('clone', '--quiet', '--bare', repo.dir, bare);
    const dir = await target();
    await expect(cloneSource({ repo: pathToFileURL(bare).href, dir })).resolves.toMatchObject({ branch: 'main' });
  });

  it.each([
    ['a folder that is no repository', async () => ({ repo: await tempFolder() }), 'REPOSITORY_NOT_FOUND'],
    ['a path that does not exist', async () => ({ repo: '/no/such/folder/at/all' }), 'REPOSITORY_NOT_FOUND'],
    ['a command in place of a repository', async () => ({ repo: 'ext::sh -c true' }), 'INVALID_OPTION'],
    [
      'an option in place of a commit',
      async () => ({ repo: (await createRepository()).dir, commit: '--force' }),
      'INVALID_OPTION',
    ],
    [
      'changes of another commit',
      async () => ({ repo: (await createRepository()).dir, commit: 'main', includeChanges: true }),
      'INVALID_OPTION',
    ],
    [
      'a filter that is none',
      async () => ({ repo: (await createRepository()).dir, filter: '--upload-pack=x' }),
      'INVALID_OPTION',
    ],
    ['a depth of nothing', async () => ({ repo: (await createRepository()).dir, depth: 0 }), 'INVALID_OPTION'],
  ])('rejects %s', async (_why, request, expected) => {
    await expect(cloneSource({ dir: await target(), ...(await request()) })).rejects.toThrow(code(expected));
  });

  it('refuses changes that would stay behind when asked to, and names them', async () => {
    const repo = await createRepository();
    await repo.write({ 'new.txt': '', 'a.txt': 'two\n' });
    const cloning = cloneSource({ repo: repo.dir, dir: await target(), requireClean: true });
    await expect(cloning).rejects.toThrow(
      expect.objectContaining({
        code: 'DIRTY_TREE',
        exitCode: 2,
        message: `${repo.dir} has changes that are not committed: a.txt, new.txt`,
      }) as Error,
    );
    await repo.commit({});
    await expect(cloneSource({ repo: repo.dir, dir: await target(), requireClean: true })).resolves.toMatchObject({
      dirty: false,
    });
  });

  it('stops when it is told to', async () => {
    const repo = await createRepository();
    const dir = await target();
    const reason = new Error('stopped by SIGTERM');
    await expect(cloneSource({ repo: repo.dir, dir, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await readdir(dirname(dir))).toEqual([]);
  });
});

describe('pull requests', () => {
  async function withPull(files: Readonly<Record<string, string>>) {
    const repo = await createRepository({ 'a.txt': 'one\n' });
    await repo.git('checkout', '--quiet', '-b', 'topic');
    const head = await repo.commit(files, 'topic');
    await repo.git('update-ref', 'refs/pull/7/head', head);
    await repo.git('checkout', '--quiet', 'main');
    const base = await repo.commit({ 'b.txt': 'base\n' }, 'base moved on');
    return { repo, head, base };
  }

  it('are merged into their base, into the same commit every time', async () => {
    const { repo, head, base } = await withPull({ 'c.txt': 'topic\n' });
    const refs = { baseRef: 'main', pulls: [{ number: 7, sha: head }] };
    const first = await cloneSource({ repo: repo.dir, dir: await target(), refs });
    const second = await cloneSource({ repo: repo.dir, dir: await target(), refs: { ...refs, baseSha: base } });
    expect((await readdir(first.dir)).sort()).toEqual(['.git', 'a.txt', 'b.txt', 'c.txt']);
    expect(second.sha).toBe(first.sha);
    expect(first).toMatchObject({ dirty: false });
  });

  it('are checked out as pushed when asked', async () => {
    const { repo, head } = await withPull({ 'c.txt': 'topic\n' });
    const cloned = await cloneSource({
      repo: repo.dir,
      dir: await target(),
      refs: { pulls: [{ number: 7 }], mode: 'head' },
    });
    expect(cloned.sha).toBe(head);
  });

  it('that conflict are told with the files', async () => {
    const { repo } = await withPull({ 'b.txt': 'topic\n' });
    const cloning = cloneSource({
      repo: repo.dir,
      dir: await target(),
      refs: { baseRef: 'main', pulls: [{ number: 7 }] },
    });
    await expect(cloning).rejects.toThrow(
      expect.objectContaining({
        code: 'MERGE_CONFLICT',
        detail: 'b.txt',
        message: 'pull request 7 does not merge into its base: 1 files conflict',
      }) as Error,
    );
  });

  it('that do not exist are told', async () => {
    const { repo } = await withPull({ 'c.txt': '' });
    const cloning = cloneSource({
      repo: repo.dir,
      dir: await target(),
      refs: { baseRef: 'main', pulls: [{ number: 8 }] },
    });
    await expect(cloning).rejects.toThrow(code('COMMIT_NOT_FOUND'));
  });
});
