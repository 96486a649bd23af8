import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findHelm, findWorkspaceHelm } from '@seatrial/helm';
import { type Sandbox, startSandbox } from '@seatrial/sandbox';
import type { Block, Page, Problem } from './page.js';
import type { Module } from './types.js';

/** How long one block may take, in milliseconds. */
const BLOCK_MS = 120_000;
/** What a reader without a project of their own has at hand. */
const EXAMPLE = 'examples/tf-job-operator';

/** A place where the blocks of one page run, one after another: a repository, and a sandbox. */
export interface Place extends AsyncDisposable {
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the place: a git repository with a copy of `source`, and a sandbox that all programs find by their environment. */
export async function openPlace(root: string, source = EXAMPLE): Promise<Place> {
  const top = await mkdtemp(join(tmpdir(), 'verify-docs-'));
  const dir = join(top, 'repo');
  let sandbox: Sandbox | undefined;
  const close = async (): Promise<void> => {
    await sandbox?.close();
    await rm(top, { recursive: true, force: true });
  };
  try {
    await cp(join(root, source), dir, {
      recursive: true,
      filter: (path) => !/node_modules|_results/.test(path.slice(root.length)),
    });
    // As after an installation: programs are found by npx, packages by their names.
    await symlink(join(root, 'node_modules'), join(top, 'node_modules'));
    await mkdir(join(top, 'home'));
    await writeFile(join(top, 'home/.gitconfig'), '[user]\n\tname = Reader\n\temail = reader@example.com\n');
    sandbox = await startSandbox({ docker: 'off', defaultCluster: true });
    const { path: helm } = await findHelm({
      env: process.env,
      flag: undefined,
      workspaceCopy: () => findWorkspaceHelm({}),
    });
    await mkdir(join(top, 'bin'));
    await symlink(helm, join(top, 'bin/helm'));
    const path = [join(root, 'node_modules/.bin'), join(top, 'bin'), process.env['PATH'] ?? ''].join(delimiter);
    const env = {
      ...sandbox.env,
      PATH: path,
      HOME: join(top, 'home'),
      HELM_BIN: helm,
      SEATRIAL_DOCKER: 'off',
      NO_COLOR: '1',
    };
    const made = await execute(['sh', '-ec', 'git init -q -b main . && git add -A && git commit -qm first'], {
      dir,
      env,
    });
    if (made.code !== 0) throw new Error(`git: ${made.output}`);
    return { dir, env, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whether a program is there that a block needs besides ours: `needs="kubectl"`. */
export async function hasProgram(name: string, place: Place): Promise<boolean> {
  return (await execute(['sh', '-c', `command -v ${name}`], place)).code === 0;
}

/** Runs a block of shell commands; the first that fails ends it. */
export async function runShell(page: Page, block: Block, place: Place): Promise<Problem[]> {
  const text = `${block.given}\n${block.text.replaceAll(/^\$ /gm, '')}`;
  const { code, output } = await execute(['bash', '-euo', 'pipefail', '-c', text], place);
  const wanted = Number(block.options['exit'] ?? 0);
  const missing = (block.options['expect'] ?? '').split('|').filter((part) => !output.includes(part));
  if (code === wanted && missing.length === 0) return [];
  const why = code === wanted ? `its output has no ${JSON.stringify(missing[0])}` : `it ended with ${code}`;
  return [{ file: page.file, line: block.line, message: `${why}:\n${indent(output)}` }];
}

/** Runs a module, with the types taken away, in a fresh process. */
export async function runModule({ page, block, path }: Module, place: Place, root: string): Promise<Problem[]> {
  const { code, output } = await execute([join(root, 'node_modules/.bin/tsx'), path], place);
  const expected = block.options['expect'] ?? '';
  if (code === 0 && output.includes(expected)) return [];
  const why = code === 0 ? `its output has no ${JSON.stringify(expected)}` : `it ended with ${code}`;
  return [{ file: page.file, line: block.line, message: `${why}:\n${indent(output)}` }];
}

async function execute(
  [program = '', ...args]: readonly string[],
  { dir, env }: Pick<Place, 'dir' | 'env'>,
): Promise<{ code: number | string; output: string }> {
  const child = spawn(program, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output = `${output}${chunk.toString()}`.slice(-100_000)));
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, BLOCK_MS);
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (exitCode, signal) => resolve(exitCode ?? String(signal)));
  });
  clearTimeout(timer);
  return { code, output };
}

const indent = (output: string): string =>
  output
    .trimEnd()
    .split('\n')
    .slice(-25)
    .map((line) => `      ${line}`)
    .join('\n');
