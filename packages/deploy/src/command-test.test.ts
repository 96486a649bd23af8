import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { runCommandTest } from './command-test.js';
import type { CommandTestOptions } from './command-test.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'command-'));
});
afterEach(() => rm(dir, { recursive: true }));

const node = (
  script: string,
  options: Partial<CommandTestOptions> = {},
): Promise<Awaited<ReturnType<typeof runCommandTest>>> =>
  runCommandTest({
    name: 'e2e',
    command: [process.execPath, '-e', script],
    env: { PATH: process.env['PATH'], EXTRA: 'given' },
    kubeconfig: '/run/kubeconfig',
    artifacts: join(dir, 'artifacts'),
    timeoutMs: 30_000,
    ...options,
  });
const report =
  '<testsuite name="inner"><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>';
const write = (name: string, content: string): string =>
  `require('fs').writeFileSync(process.env.ARTIFACTS + '/${name}', ${JSON.stringify(content)})`;

/** Whether a process has ended, be it that nobody has asked for its exit code yet. */
async function isOver(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return true; // ESRCH: there is no such process
  }
  return /^State:\s+Z/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: Z'));
}

describe(runCommandTest, () => {
  it('gives the program the cluster and a folder, and takes its reports in', async () => {
    const script = `if (process.env.KUBECONFIG !== '/run/kubeconfig' || process.env.EXTRA !== 'given') process.exit(9); ${write('junit_e2e.xml', report)}`;
    const suite = await node(script);
    expect(suite.cases.map(({ name, problems }) => [name, problems])).toEqual([['e2e', []]]);
    expect(suite.suites?.[0]?.name).toBe('junit_e2e.xml');
    expect(suite.suites?.[0]?.suites?.[0]?.cases.map(({ name, problems }) => [name, problems.length])).toEqual([
      ['a', 0],
      ['b', 1],
    ]);
  });

  it('fails with the last lines of a program that fails', async () => {
    const { cases } = await node("console.log('it broke'); process.exit(3)");
    expect(cases[0]?.problems).toHaveLength(1);
    expect(JSON.stringify(cases[0])).toContain('it broke');
  });

  it('does not pass a report that cannot be read', async () => {
    const { cases } = await node(write('junit_bad.xml', '<testsuite>'));
    expect(cases[1]).toMatchObject({ name: 'report junit_bad.xml', problems: [{ kind: 'error' }] });
  });

  it('tells the program what was built and where it is', async () => {
    const script = `const { IMAGE, IMAGE_DIGEST, COMMIT, HELM_CHART, NAMESPACE, RELEASE } = process.env;
      console.log(JSON.stringify({ IMAGE, IMAGE_DIGEST, COMMIT, HELM_CHART, NAMESPACE, RELEASE }))`;
    const facts = {
      image: 'r/op:1',
      digest: 'sha256:1',
      commit: 'abc',
      chart: 'op.tgz',
      namespace: 'ns',
      release: 'op',
    };
    const { cases } = await node(script, { facts });
    expect(JSON.parse(cases[0]?.systemOut ?? '')).toEqual({
      IMAGE: 'r/op:1',
      IMAGE_DIGEST: 'sha256:1',
      COMMIT: 'abc',
      HELM_CHART: 'op.tgz',
      NAMESPACE: 'ns',
      RELEASE: 'op',
    });
  });

  it('R9: keeps the end of an output that is too large', async () => {
    const { cases } = await node(
      "process.stdout.write(Array.from({ length: 50_000 }, (_, at) => 'line ' + at + '\\n').join(''))",
    );
    const { systemOut = '' } = cases[0] ?? {};
    expect(systemOut).toMatch(/^\(\d+ earlier lines are left out\)\n/);
    expect(systemOut).toMatch(/line 49999$/);
    expect(systemOut.length).toBeLessThan(300_000);
  });

  it('R1: ends the whole process group when the time is up, at last with SIGKILL', async () => {
    // Neither the program nor its child mind SIGTERM.
    const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6);";
    const child = `${stubborn} console.log('child ' + process.pid)`;
    const script = `${stubborn} require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: ['ignore', 'inherit', 'inherit'] });`;
    const clock = new ManualClock();
    let pid = 0;
    const onLine = (line: string): void => {
      pid = Number(line.replace('child ', ''));
      void clock.advance(60_000);
    };
    const { cases } = await node(script, { clock, timeoutMs: 60_000, graceMs: 200, onLine });
    expect(cases[0]?.problems[0]).toMatchObject({ kind: 'failure', type: 'TIMEOUT' });
    expect(pid).toBeGreaterThan(0);
    expect(await isOver(pid)).toBe(true);
  });

  it('throws the reason when it is aborted, once the program has ended', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    let pid = 0;
    const done = node("console.log('pid ' + process.pid); setInterval(() => {}, 1e6)", {
      signal: controller.signal,
      onLine: (line) => {
        pid = Number(line.replace('pid ', ''));
        controller.abort(reason);
      },
    });
    await expect(done).rejects.toBe(reason);
    expect(await isOver(pid)).toBe(true);
  });

  it('leaves out reports of before', async () => {
    await mkdir(join(dir, 'artifacts'));
    await writeFile(join(dir, 'artifacts', 'junit_old.xml'), report);
    expect((await node('')).suites).toEqual([]);
  });
});
