import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { runCommand } from '@seatrial/cli';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkConfigCommand } from './check-config-command.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-prow-config-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function run(line: string) {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
    });
  const exitCode = await runCommand(checkConfigCommand, line.split(' ').filter(Boolean), {
    env: {},
    cwd,
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: new AbortController().signal,
    clock: { now: () => 0, sleep: async () => undefined },
  });
  return { exitCode, ...text };
}
const put = (name: string, text: string) => writeFile(join(cwd, name), text);
const periodic = 'periodics:\n- name: a\n  interval: 1h\n  spec: {containers: [{image: i}]}\n';

describe('check-config', () => {
  it('prints a problem a line as compilers do, and fails', async () => {
    await put('j.yaml', periodic.replace('1h', '1d'));
    const { exitCode, stdout, stderr } = await run('j.yaml --exclude-warning non-decorated-jobs');
    expect(exitCode).toBe(1);
    expect(stdout.split('\n')[0]).toBe('j.yaml:3:3: SCHEDULE: not a duration: "1d" (job a)');
    expect(stdout).toContain('failed: 1 problems, 0 warnings');
    expect(stderr).toContain('no --config-path');
  });

  it('passes with warnings, unless it is strict', async () => {
    await put('config.yaml', periodic);
    const plain = await run('--config-path config.yaml');
    expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
    expect(plain.stdout).toBe(
      'config.yaml:2:3: warning: non-decorated-jobs: the job is not decorated (decorate: true) (job a)\npassed: 1 jobs, 0 problems, 1 warnings\n',
    );
    expect((await run('--config-path config.yaml --strict')).exitCode).toBe(1);
    expect((await run('--config-path config.yaml --strict --warnings long-job-names')).exitCode).toBe(0);
  });

  it('prints all of it as JSON', async () => {
    await put('j.yaml', periodic.replace('name: a', 'name: a/b'));
    const { exitCode, stdout } = await run('j.yaml --json');
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      passed: false,
      jobs: null,
      problems: [{ code: 'NAME', job: 'a/b', position: { file: 'j.yaml', line: 2, column: 3 } }],
    });
  });

  it.each([
    ['', 'nothing to check'],
    ['j.yaml --warnings nonsense', 'there is no warning "nonsense"'],
    ['j.yaml --exclude-warning nonsense', 'there is no warning "nonsense"'],
  ])('refuses the arguments %j', async (line, message) => {
    const { exitCode, stdout, stderr } = await run(line);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
  });

  it('explains itself on lines of 80 columns', async () => {
    const { stdout } = await run('--help');
    expect(stdout).toContain('long-job-names');
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('fails for a file that is not there', async () => {
    const { exitCode, stdout } = await run('missing.yaml');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('missing.yaml:1:1: FILE: cannot be read');
  });
});
