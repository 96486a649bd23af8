import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommandTest } from './command-test.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'command-'));
});
afterEach(() => rm(dir, { recursive: true }));

const node = (script: string): Promise<Awaited<ReturnType<typeof runCommandTest>>> =>
  runCommandTest({
    name: 'e2e',
    command: [process.execPath, '-e', script],
    env: { PATH: process.env['PATH'], EXTRA: 'given' },
    kubeconfig: '/run/kubeconfig',
    artifacts: join(dir, 'artifacts'),
    timeoutMs: 30_000,
  });
const report =
  '<testsuite name="inner"><testcase name="a"/><testcase name="b"><failure message="no"/></testcase></testsuite>';
const write = (name: string, content: string): string =>
  `require('fs').writeFileSync(process.env.ARTIFACTS + '/${name}', ${JSON.stringify(content)})`;

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

  it('leaves out reports of before', async () => {
    await mkdir(join(dir, 'artifacts'));
    await writeFile(join(dir, 'artifacts', 'junit_old.xml'), report);
    expect((await node('')).suites).toEqual([]);
  });
});
