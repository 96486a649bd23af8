import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Command, exitCodes, expandCommand, runCommand } from '@seatrial/cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../commands.js';

const whole = await expandCommand(command);
const below = (parent: Command, path: string): [string, Command][] =>
  (parent.commands ?? []).flatMap((child): [string, Command][] => {
    const line = `${path} ${child.name}`.trim();
    return [[line, child], ...below(child, line)];
  });
const all = below(whole, '');
const runnable = all.filter(([, { load }]) => load !== undefined);

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-every-'));
  await writeFile(
    join(cwd, 'failed.xml'),
    '<testsuite><testcase name="c"><failure message="boom"/></testcase></testsuite>',
  );
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

async function run(line: string, env: Record<string, string> = {}) {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
    });
  const exitCode = await runCommand(whole, line.split(' '), {
    env,
    cwd,
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: new AbortController().signal,
    clock: { now: () => Date.now(), sleep: async () => undefined },
  });
  return { exitCode, ...text };
}

describe('every command', () => {
  it.each(all.map(([line]) => line))('%s shows its help in 80 columns', async (line) => {
    const { exitCode, stdout } = await run(`${line} --help`);
    expect(exitCode).toBe(exitCodes.success);
    expect(stdout).toContain(`Usage: seatrial ${line} `);
    // An argument of more than a line stands on a line by itself.
    const wide = stdout.split('\n').filter((text) => text.length > 80);
    expect(wide.filter((text) => /\S+ \S+/.test(text.slice(0, 60)) && !text.trimStart().startsWith('--'))).toEqual([]);
  });

  it.each(runnable.map(([line]) => line))('%s refuses an option that is nearly right, with that one', async (line) => {
    const { exitCode, stderr } = await run(`${line} --log-levle debug`);
    expect(stderr).toContain("unknown option '--log-levle'");
    expect(stderr).toContain('Did you mean --log-level?');
    expect(exitCode).toBe(exitCodes.usage);
  });

  it.each(
    runnable.flatMap(([line, { arguments: specs = [] }]) =>
      specs
        .filter(({ required }) => required === true)
        .slice(0, 1)
        .map(({ name }) => [line, name] as const),
    ),
  )('%s names the argument %s when it is missing', async (line, name) => {
    const { exitCode, stderr } = await run(line);
    expect(stderr).toContain(`'${name}'`);
    expect(exitCode).toBe(exitCodes.usage);
  });

  it.each(
    runnable.flatMap(([line, { flags = {}, arguments: specs = [] }]) => {
      const required = Object.entries(flags).filter(([, spec]) => spec.required === true);
      const words = specs.filter((spec) => spec.required === true).map(() => 'x');
      return required.slice(0, 1).map(([name]) => [[line, ...words].join(' '), name] as const);
    }),
  )('%s names --%s when it is missing', async (line, name) => {
    const { exitCode, stderr } = await run(line);
    expect(stderr).toContain(`--${name}`);
    expect(exitCode).toBe(exitCodes.usage);
  });

  it.each(
    all
      .filter(([, { commands }]) => commands !== undefined)
      .map(([line, { commands = [] }]) => [line, commands[0]?.name ?? '']),
  )('%s refuses a command that is nearly %s', async (line, name) => {
    const { exitCode, stderr } = await run(`${line} ${name}x`);
    expect(stderr).toContain(`Did you mean ${name}?`);
    expect(exitCode).toBe(exitCodes.usage);
  });

  it.each([
    ['junit summary failed.xml', {}],
    ['junit check failed.xml', {}],
    ['junit run --name lint --junit-path out.xml -- false', {}],
    ['prow latest-green --green file://./green --job x', {}],
    ['storage stat file://./none', {}],
  ])('%s ends with 1: what was tried failed', async (line, env) => {
    const { exitCode, stderr } = await run(line, env);
    expect([exitCode, stderr]).toEqual([exitCodes.failed, expect.any(String)]);
  });

  it.each([
    ['storage ls gs://bucket/', { STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1' }],
    ['prow latest-green --green gs://bucket/green --job x', { STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1' }],
    ['runs list --results gs://bucket', { STORAGE_EMULATOR_HOST: 'http://127.0.0.1:1' }],
  ])(
    '%s ends with 3 where nothing answers',
    async (line, env) => {
      const { exitCode, stderr } = await run(line, env);
      expect([exitCode, stderr]).toEqual([exitCodes.infrastructure, expect.stringContaining('127.0.0.1:1')]);
    },
    60_000,
  );

  it('has the exit codes that the document has', async () => {
    const page = await readFile(new URL('../../../../docs/exit-codes.md', import.meta.url), 'utf8');
    const codes = [...page.matchAll(/^\| (\d[\d, ]*?) +\|/gm)].flatMap(([, cell = '']) => cell.split(', ').map(Number));
    expect(codes).toEqual(expect.arrayContaining(Object.values(exitCodes)));
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => code < 128)).toEqual(Object.values(exitCodes));
  });
});
