import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Clock, runCommand, systemClock } from '@seatrial/cli';
import { execa } from 'execa';
import { command } from './commands.js';

const EXAMPLE = join(import.meta.dirname, '../../../examples/tf-job-operator');

/** The example operator in a repository of its own, changed as a test wants it. For tests only. */
export interface ExampleRepo extends AsyncDisposable {
  readonly dir: string;
  /** `file://` URI of a folder for results, empty at first. */
  readonly results: string;
  /** The commit that is checked out. */
  head(): Promise<string>;
  /** Rewrites one file and commits it. */
  edit(path: string, change: (text: string) => string): Promise<void>;
}

export async function exampleRepo(): Promise<ExampleRepo> {
  const root = await mkdtemp(join(tmpdir(), 'seatrial-test-'));
  const dir = join(root, 'repo');
  await cp(EXAMPLE, dir, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...args], { cwd: dir });
  await git('init', '--quiet', '--initial-branch=main');
  const commit = async () => {
    await git('add', '--all');
    await git('commit', '--quiet', '--message=change');
  };
  await commit();
  return {
    dir,
    results: `file://${join(root, 'results')}`,
    head: async () => (await git('rev-parse', 'HEAD')).stdout,
    async edit(path, change) {
      const file = join(dir, path);
      const before = await readFile(file, 'utf8');
      const after = change(before);
      if (after === before) throw new Error(`the edit of ${path} changes nothing`);
      await writeFile(file, after);
      await commit();
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Runs `seatrial` in this process and hands back what a user would have seen. */
export async function seatrial(
  args: readonly string[],
  {
    env = {},
    cwd = '/',
    signal = new AbortController().signal,
    clock = systemClock,
  }: { env?: Record<string, string>; cwd?: string; signal?: AbortSignal; clock?: Clock } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const texts = Promise.all([stdout, stderr].map(async (stream) => (await stream.toArray()).map(String).join('')));
  const code = await runCommand(command, args, {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], SEATRIAL_DOCKER: 'off', ...env },
    cwd,
    stdin: new PassThrough(),
    stdout,
    stderr,
    signal,
    clock,
  });
  stdout.end();
  stderr.end();
  const [out = '', err = ''] = await texts;
  return { code, stdout: out, stderr: err };
}
