import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { tempFolder } from './temp-folder.js';

/** A real Git repository to test with. */
export interface TestRepository {
  readonly dir: string;
  git(...args: string[]): Promise<string>;
  /** Writes files: content by path. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Writes, stages and commits; returns the commit. */
  commit(files: Readonly<Record<string, string>>, message?: string): Promise<string>;
}

/** Makes a repository with one commit of `files` on branch `main`. Nothing of the user's git settings has a part in it. */
export async function createRepository(
  files: Readonly<Record<string, string>> = { 'a.txt': 'one\n' },
): Promise<TestRepository> {
  const dir = join(await tempFolder(), 'origin');
  await mkdir(dir);
  const date = '2026-01-02T03:04:05Z';
  const env = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
  };
  const git = async (...args: string[]) => (await execa('git', args, { cwd: dir, env })).stdout;
  const write = async (more: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(more)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), text);
    }
  };
  const commit = async (more: Readonly<Record<string, string>>, message = 'change') => {
    await write(more);
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  await git('init', '--quiet', '--initial-branch=main');
  await commit(files, 'first');
  return { dir, git, write, commit };
}
