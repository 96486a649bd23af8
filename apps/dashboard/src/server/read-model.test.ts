import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parseJobPath, parsePullPath } from '../results/run-path.js';
import { FIXTURES, fixtureClock, JOB, modelOf, resultFolder, RUNS } from '../testing/fixtures.js';

const uri = `file://${FIXTURES}`;

describe('the read model over results of real runs', () => {
  it('lists jobs by where their runs are kept', async () => {
    await using model = modelOf(uri);
    expect((await model.jobs()).jobs).toEqual([
      { job: JOB, name: 'tf-job-operator-e2e', kind: 'logs' },
      { job: 'pr-logs/directory/pull-tf-job-operator-e2e', name: 'pull-tf-job-operator-e2e', kind: 'presubmit' },
    ]);
  });

  it('sums a job up: states newest first, pass rate, median duration', async () => {
    await using model = modelOf(uri);
    const { runs, passRate, medianMs, more } = await model.job(parseJobPath(JOB), { count: 20 });
    expect(runs.map(({ run, state }) => [run, state])).toEqual([
      [RUNS.inProgress, 'running'],
      [RUNS.aborted, 'aborted'],
      [RUNS.passedWithLargerNodes, 'passed'],
      [RUNS.failedDeploy, 'failed'],
      [RUNS.failedTest, 'failed'],
      [RUNS.passedAtRandom, 'passed'],
      [RUNS.passed, 'passed'],
    ]);
    expect(passRate).toBe(3 / 5);
    expect(medianMs).toBe(22_000);
    expect(more).toBe(false);
  });

  it('takes a run without an end for lost after a day', async () => {
    const clock = fixtureClock();
    const later = { ...clock, now: () => clock.now() + 25 * 3_600_000 };
    await using model = modelOf(uri, later);
    expect((await model.run(RUNS.inProgress)).state).toBe('lost');
  });

  it('lists pull requests and their jobs', async () => {
    await using model = modelOf(uri);
    const { pulls } = await model.pulls();
    expect(pulls).toEqual([{ pull: 'pr-logs/pull/acme_tf-job-operator/7', number: 7, repo: 'acme_tf-job-operator' }]);
    const { jobs } = await model.pull(parsePullPath('pr-logs/pull/acme_tf-job-operator/7'), { count: 5 });
    expect(jobs.map(({ name, runs }) => [name, runs.map(({ run, state }) => [run, state])])).toEqual([
      ['pull-tf-job-operator-e2e', [[RUNS.presubmit, 'passed']]],
    ]);
  });

  it('tells a failed run: its tasks, the first to fail, the critical path', async () => {
    await using model = modelOf(uri);
    const run = await model.run(RUNS.failedDeploy);
    expect(run).toMatchObject({ state: 'failed', focus: 'deploy', buildId: '2126690154673552117' });
    const states = Object.fromEntries(run.tasks.map(({ name, state }) => [name, state]));
    expect(states).toMatchObject({
      build: 'succeeded',
      deploy: 'failed',
      'helm-test': 'skipped',
      teardown: 'succeeded',
    });
    const deploy = run.tasks.find(({ name }) => name === 'deploy');
    expect(deploy?.error?.message).toContain('exit code 3');
    expect(deploy?.log).toBe('artifacts/seatrial/logs/deploy.log');
    expect(run.tasks.filter(({ critical }) => critical).map(({ name }) => name)).toEqual([
      'clone',
      'lint',
      'deploy',
      'collect',
      'teardown',
      'finalize',
    ]);
  });

  it('tells the attempts of a task, as the journal has them', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    const record = (attemptHistory: unknown) =>
      folder.write(
        `${RUNS.failedDeploy}/artifacts/seatrial/tasks/deploy.json`,
        JSON.stringify({ version: 1, name: 'deploy', state: 'failed', attempts: 2, startedMs: 1, attemptHistory }),
      );
    const error = { name: 'Error', message: 'no answer' };
    await record([{ startedMs: 1, endedMs: 2, outcome: 'failed', error }, { startedMs: 5 }]);
    await using model = modelOf(folder.uri);
    const { tasks } = await model.run(RUNS.failedDeploy);
    expect(tasks.find(({ name }) => name === 'deploy')?.attemptHistory).toEqual([
      { startedMs: 1, endedMs: 2, outcome: 'failed', message: 'no answer' },
      { startedMs: 5, outcome: 'running' },
    ]);
    // Those that older versions wrote say so of the only one.
    expect(tasks.find(({ name }) => name === 'lint')?.attemptHistory).toMatchObject([{ outcome: 'succeeded' }]);
    await record({ not: 'a list' });
    await using again = modelOf(folder.uri);
    expect((await again.run(RUNS.failedDeploy)).tasks.find(({ name }) => name === 'deploy')?.state).toBe('pending');
  });

  it('knows what was tried, where, and what it took', async () => {
    await using model = modelOf(uri);
    const { facts, commit } = await model.run(RUNS.passedWithLargerNodes);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(facts).toMatchObject({
      image: expect.stringContaining('@sha256:'),
      cluster: { name: 'seatrial-2126690352780069134', location: 'us-east1-d', version: expect.stringMatching(/^1\./) },
      provider: 'sandbox',
      config: { cluster: { nodes: 2, machineType: 'e2-standard-8' } },
    });
    // Two nodes for some 20 seconds.
    expect(facts.nodeHours).toBeGreaterThan((2 * 5) / 3_600);
    expect(facts.nodeHours).toBeLessThan((2 * 60) / 3_600);
  });

  it('links commit and pull request of a presubmit', async () => {
    await using model = modelOf(uri);
    const { facts, commit, pull } = await model.run(RUNS.presubmit);
    expect(pull).toBe(7);
    expect(facts).toMatchObject({
      commitUrl: `https://github.com/acme/tf-job-operator/commit/${commit}`,
      pullUrl: 'https://github.com/acme/tf-job-operator/pull/7',
    });
  });

  it('lists tests, those that failed first, with what they said', async () => {
    await using model = modelOf(uri);
    const { tests, problems } = await model.tests(RUNS.failedTest);
    expect(problems).toEqual([]);
    expect(tests[0]).toMatchObject({
      name: 'helm test tf-job-operator.tf-job-operator-test',
      state: 'fail',
      message: expect.stringContaining('exit code 1'),
      output: expect.stringContaining('ECONNREFUSED'),
      file: 'artifacts/junit_helm-test.xml',
    });
  });

  it('makes a grid: a test that fails at random is flaky', async () => {
    await using model = modelOf(uri);
    const grid = await model.grid(parseJobPath(JOB), { count: 50 });
    const row = grid.rows.find(({ name }) => name === 'helm test tf-job-operator.tf-job-operator-test');
    expect(row?.cells.map((cell) => cell?.state ?? 'missing')).toEqual([
      'missing',
      'missing',
      'pass',
      'missing',
      'fail',
      'pass',
      'pass',
    ]);
    expect(row?.flakiness).toBe(2 / 4);
    expect(row?.cells[4]?.message).toContain('phase Failed');
  });

  it('reads a grid again without asking the store, but for what may have changed', async () => {
    await using folder = await resultFolder({ from: FIXTURES });
    await rm(join(folder.dir, RUNS.inProgress), { recursive: true });
    const clock = fixtureClock();
    await using model = modelOf(folder.uri, { ...clock, now: () => Date.parse('2026-11-30T00:00:00Z') });
    await model.grid(parseJobPath(JOB), { count: 50 });
    const before = model.requests;
    await model.grid(parseJobPath(JOB), { count: 50 });
    expect(model.requests - before).toBe(0);
  });

  it('compares two runs: tests, durations, config', async () => {
    await using model = modelOf(uri);
    const { tests, tasks, config, facts, sameTests } = await model.compare(RUNS.failedTest, RUNS.passedWithLargerNodes);
    expect(tests).toEqual([
      {
        name: 'helm test tf-job-operator.tf-job-operator-test',
        a: 'fail',
        b: 'pass',
        message: expect.stringContaining('phase Failed'),
      },
    ]);
    expect(sameTests).toBeGreaterThan(5);
    expect(config).toEqual([
      { path: 'cluster.machineType', a: 'e2-standard-4', b: 'e2-standard-8' },
      { path: 'cluster.nodes', a: '1', b: '2' },
    ]);
    expect(facts.map(({ path }) => path)).toContain('image');
    expect(tasks.find(({ name }) => name === 'helm-test')).toMatchObject({ aState: 'failed', bState: 'succeeded' });
  });

  it('says that there is no run', async () => {
    await using model = modelOf(uri);
    await expect(model.run(`${JOB}/1`)).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('shows a run of Prow’s own without a journal', async () => {
    await using folder = await resultFolder();
    await folder.write('logs/unit/5/started.json', '{"timestamp":1795877530}');
    await folder.write('logs/unit/5/build-log.txt', 'hello\n');
    await using model = modelOf(folder.uri);
    expect(await model.run('logs/unit/5')).toMatchObject({
      state: 'running',
      tasks: [],
      logs: [{ file: 'build-log.txt', sizeBytes: 6 }],
    });
  });

  it('says which files are malformed instead of guessing', async () => {
    await using folder = await resultFolder();
    await folder.write('logs/unit/5/started.json', '{"timestamp":1795877530}');
    await folder.write('logs/unit/5/finished.json', '{"timestamp":"soon"}');
    await folder.write('logs/unit/5/artifacts/junit_a.xml', '<testsuite><testcase name="x">');
    await folder.write('logs/unit/5/artifacts/junit_b.xml', '');
    await folder.write('logs/unit/5/artifacts/seatrial/run.json', '{"version":1,"tasks":[');
    await using model = modelOf(folder.uri);
    const run = await model.run('logs/unit/5');
    expect(run).toMatchObject({ state: 'unreadable', tasks: [] });
    expect(run.warnings).toEqual([expect.stringContaining('finished.json is malformed')]);
    expect((await model.tests('logs/unit/5')).problems).toEqual([
      expect.stringContaining('artifacts/junit_a.xml: '),
      'artifacts/junit_b.xml: is empty',
    ]);
  });
});
