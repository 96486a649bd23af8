import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { type Command, runCommand } from '@seatrial/cli';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command } from './commands.js';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'seatrial-prow-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

const sha = '1'.repeat(40);
const spec = {
  type: 'postsubmit',
  job: 'ci-widgets',
  buildid: '1700000000000000001',
  refs: { org: 'acme', repo: 'widgets', base_ref: 'main', base_sha: sha },
};
const environment = (changes: object = {}) => ({ JOB_SPEC: JSON.stringify({ ...spec, ...changes }) });
const runDir = 'results/logs/ci-widgets/1700000000000000001';

async function importCommand(expand: Command['expand']): Promise<Command> {
  if (expand === undefined) throw new Error('not mounted');
  return expand();
}

async function run(line: string, env: Record<string, string> = environment()) {
  const text = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new PassThrough().on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
    });
  const exitCode = await runCommand(command, line.split(' '), {
    env,
    cwd,
    stdin: new PassThrough(),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    signal: new AbortController().signal,
    clock: { now: () => 1_700_000_000_000, sleep: async () => undefined },
  });
  return { exitCode, ...text };
}
const readJson = async (path: string) => JSON.parse(await readFile(join(cwd, path), 'utf8')) as unknown;
async function putReport(name: string, failure = '') {
  await mkdir(join(cwd, runDir, 'artifacts'), { recursive: true });
  await writeFile(
    join(cwd, runDir, 'artifacts', name),
    `<testsuite name="s"><testcase name="c">${failure}</testcase></testsuite>`,
  );
}

/** Names of all commands that do something. */
function leavesOf({ commands = [] }: Command): readonly string[] {
  return commands.flatMap((one) => {
    const below = leavesOf(one);
    return below.length === 0 ? [one.name] : below.map((name) => `${one.name} ${name}`);
  });
}

describe('seatrial-prow', () => {
  it.each(leavesOf(command))('%s shows how it is used, with an example, in 80 columns', async (name) => {
    const { exitCode, stdout } = await run(`${name} --help`);
    expect(exitCode).toBe(0);
    const [usage = '', examples = ''] = stdout.split('\nExamples:\n');
    expect(examples).toContain(`$ seatrial-prow ${name}`);
    expect(usage.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('lists each command under the name and summary that it has itself', async () => {
    for (const { name, summary, expand } of command.commands ?? []) {
      expect(expand, name).toBeTypeOf('function');
      const { stdout } = await run(`${name} --help`);
      const own = await importCommand(expand);
      expect([own.name, own.summary]).toEqual([name, summary]);
      expect(stdout).toContain(`Usage: seatrial-prow ${name}`);
    }
  });

  it('prints the environment, as text and as JSON', async () => {
    const plain = await run('env', { ...environment(), JOB_NAME: 'other' });
    expect(plain.stdout).toContain('JOB_TYPE=postsubmit\n');
    expect(plain.stdout).toContain(`PULL_REFS=main:${sha}\n`);
    expect(plain.stderr).toContain('JOB_NAME is');
    expect(JSON.parse((await run('env --json')).stdout)).toMatchObject({ job: 'ci-widgets', revision: sha });
  });

  it('prints where results belong', async () => {
    expect(await run('paths --results gs://ci-logs')).toMatchObject({
      exitCode: 0,
      stdout:
        'run gs://ci-logs/logs/ci-widgets/1700000000000000001\nlatest-build gs://ci-logs/logs/ci-widgets/latest-build.txt\n',
    });
  });

  it('prints where to look at the results', async () => {
    const line =
      'paths --results gs://ci-logs --deck-url https://prow.example --testgrid-url https://testgrid.example --testgrid-dashboard acme';
    const { stdout } = await run(line);
    expect(stdout.split('\n').slice(2)).toEqual([
      'spyglass https://prow.example/view/gs/ci-logs/logs/ci-widgets/1700000000000000001',
      'job-history https://prow.example/job-history/gs/ci-logs/logs/ci-widgets',
      'testgrid https://testgrid.example/acme#ci-widgets',
      '',
    ]);
    expect(JSON.parse((await run(`${line} --json`)).stdout)).toMatchObject({
      testgrid: 'https://testgrid.example/acme#ci-widgets',
    });
    expect(await run('paths --results gs://ci-logs --testgrid-url https://testgrid.example')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--testgrid-url needs --testgrid-dashboard'),
    });
  });

  it('opens and closes a run', async () => {
    const uri = `file://./${runDir}`;
    expect(await run('started --results file://./results --node n --metadata a=b')).toMatchObject({
      exitCode: 0,
      stdout: `${uri}\n`,
    });
    expect(await readJson(`${runDir}/started.json`)).toMatchObject({
      timestamp: 1_700_000_000,
      node: 'n',
      metadata: { a: 'b' },
    });
    expect(await readFile(join(cwd, 'results/logs/ci-widgets/latest-build.txt'), 'utf8')).toBe(spec.buildid);
    expect(await run('finished --results file://./results --result ABORTED')).toMatchObject({ exitCode: 0 });
    expect(await readJson(`${runDir}/finished.json`)).toMatchObject({
      passed: false,
      result: 'ABORTED',
      revision: sha,
    });
  });

  it("leaves a decorated job's files to the sidecar, unless forced", async () => {
    const decorated = environment({ decoration_config: {} });
    const ended = await run('started --results file://./results', decorated);
    expect(ended).toMatchObject({ exitCode: 0, stdout: '', stderr: expect.stringContaining('sidecar') });
    await run('finished --results file://./results --result SUCCESS', decorated);
    expect(await readdir(cwd)).toEqual([]);
    await run('started --results file://./results --force', decorated);
    expect(await readdir(cwd)).toEqual(['results']);
  });

  it('passes a run whose junit files are all there, and records its commit', async () => {
    await putReport('junit_a.xml');
    await putReport('junit_b.xml');
    await writeFile(join(cwd, runDir, 'artifacts/metadata.json'), '{"cluster":"e2e-1"}');
    const line =
      'finalize-job --results file://./results --junit_files junit_a.xml,junit_b.xml --green file://./green --json';
    const ended = await run(line);
    expect(ended.exitCode).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ passed: true, problems: [], latestGreen: 'moved' });
    expect(await readJson(`${runDir}/finished.json`)).toMatchObject({
      passed: true,
      result: 'SUCCESS',
      metadata: { cluster: 'e2e-1', repo: 'acme/widgets' },
    });
    expect(await readJson('green/ci-widgets/latest_green.json')).toMatchObject({ status: 'passing', sha });
    expect(await run('latest-green --green file://./green')).toMatchObject({ exitCode: 0, stdout: `${sha}\n` });
    expect(await run('latest-green --green file://./green --move')).toMatchObject({ exitCode: 0, stdout: 'kept\n' });
  });

  it.each([
    ['a missing file', 'junit_a.xml,junit_b.xml', '', /junit_b\.xml.*missing/],
    ['an unexpected file', 'junit_b.xml', '', /junit_a\.xml.*unexpected/],
    ['a failing file', 'junit_a.xml', '<failure message="boom"/>', /junit_a\.xml.*failing/],
  ])('fails a run with %s', async (_what, expected, failure, why) => {
    await putReport('junit_a.xml', failure);
    const ended = await run(`finalize-job --results file://./results --junit-files ${expected} --green file://./green`);
    expect(ended).toMatchObject({ exitCode: 1, stdout: 'FAILURE\n', stderr: expect.stringMatching(why) });
    expect(await readJson(`${runDir}/finished.json`)).toMatchObject({ passed: false, result: 'FAILURE' });
    expect(await readdir(cwd)).toEqual(['results']);
  });

  it('judges a decorated job by the folder that the sidecar uploads', async () => {
    await mkdir(join(cwd, 'artifacts'));
    await writeFile(join(cwd, 'artifacts/junit_a.xml'), '<testsuite><testcase name="c"/></testsuite>');
    const env = { ...environment({ decoration_config: {} }), ARTIFACTS: join(cwd, 'artifacts') };
    const ended = await run('finalize-job --results file://./results --junit-files junit_a.xml', env);
    expect(ended).toMatchObject({ exitCode: 0, stdout: 'SUCCESS\n' });
    expect(await readdir(cwd)).toEqual(['artifacts']);
  });

  it.each([
    ['env', {}, 1, 'the job has no name'],
    ['latest-green --green file://./green --job x', {}, 1, 'no green commit yet'],
    ['finished --results file://./results', environment(), 2, 'result'],
    ['paths --results gs://b --path-strategy legacy', environment({ type: 'batch' }), 1, 'needs a default org'],
    ['latest-green --green file://./green --move', environment({ type: 'periodic' }), 1, 'only a postsubmit'],
  ])('ends %s with an error', async (line, env, exitCode, message) => {
    const ended = await run(line, env as Record<string, string>);
    expect(ended.stderr).toContain(message);
    expect(ended.exitCode).toBe(exitCode);
  });
});
