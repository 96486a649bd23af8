import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exampleRepo, type ExampleRepo, seatrial } from '../testing.js';

/** A run whose check goes on until it is stopped. */
async function endlessRun(repo: ExampleRepo) {
  await repo.edit('seatrial.yaml', (text) =>
    text.replace('command: [npm, run, --silent, lint]', 'command: [sh, -c, echo waiting; sleep 600]'),
  );
  const running = seatrial(['e2e', '--only', 'clone,lint', '--results', repo.results], { cwd: repo.dir });
  const list = () => seatrial(['runs', 'list', '--results', repo.results, '--json']);
  await expect
    .poll(
      async () => {
        const [run] = JSON.parse((await list()).stdout) as { buildId: string }[];
        if (run === undefined) return undefined;
        return (await seatrial(['runs', 'logs', run.buildId, 'lint', '--results', repo.results])).stdout;
      },
      { timeout: 30_000, interval: 300 },
    )
    .toContain('waiting');
  const [run] = JSON.parse((await list()).stdout) as { buildId: string; uri: string; state: string }[];
  if (run === undefined) throw new Error('no run');
  return { running, run };
}

describe('seatrial runs', () => {
  it('lists and shows a run while it goes on, and stops it from elsewhere', async () => {
    await using repo = await exampleRepo();
    const { running, run } = await endlessRun(repo);
    expect(run.state).toBe('running');
    const at = [run.buildId, '--results', repo.results];
    const shown = await seatrial(['runs', 'show', ...at]);
    expect(shown.stdout).toMatch(/^running {2}started/);
    expect(shown.stdout).toMatch(/lint +running/);
    expect(shown.stdout).toMatch(/finalize +pending/);

    const followed = seatrial(['runs', 'logs', ...at, '--follow']);
    const cancelled = await seatrial(['runs', 'cancel', ...at, '--wait']);
    expect(cancelled.stdout).toContain(`aborted  ${run.uri}`);
    expect(cancelled.code).toBe(0);

    const { stdout, code } = await running;
    expect(stdout).toMatch(/^ABORTED {2}/m);
    expect(code).toBe(1);
    const finished = readFileSync(join(fileURLToPath(run.uri), 'finished.json'), 'utf8');
    expect(JSON.parse(finished)).toMatchObject({ passed: false, result: 'ABORTED' });
    expect((await followed).stdout).toMatch(/lint \| waiting[^]*seatrial \| stopping: asked to stop by /);

    const again = await seatrial(['runs', 'cancel', ...at]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('is not running: it is aborted');
  });

  it('says when there is no such run or task', async () => {
    await using repo = await exampleRepo();
    const none = await seatrial(['runs', 'show', '17', '--results', repo.results]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('no run "17" below');
    for (const argv of [
      ['e2e', '--resume'],
      ['step', 'lint', '--run'],
    ]) {
      const { code, stderr } = await seatrial([...argv, '17', '--results', repo.results]);
      expect([code, stderr]).toEqual([2, expect.stringContaining('no run "17" below')]);
    }
    const list = async (...args: string[]) => (await seatrial(['runs', 'list', '--results', ...args])).stdout;
    expect(await list(repo.results)).toBe(`no runs below ${repo.results}/logs and ${repo.results}/pr-logs\n`);
    expect(await list(repo.results, '--job', 'x')).toContain(`no runs of x below ${repo.results}/logs`);
  });
});

describe('seatrial e2e --resume', () => {
  it('refuses a run that another process resumes, and says who holds it and what to do', async () => {
    await using repo = await exampleRepo();
    const { running, run } = await endlessRun(repo);
    const at = [run.buildId, '--results', repo.results];
    await seatrial(['runs', 'cancel', ...at, '--wait']);
    await running;

    // Both at once: one has it, the other is told of the one.
    const skip = ['--skip', 'deploy,helm-test,tfjob-test,build,create-cluster,unit-tests'];
    const resume = () => seatrial(['e2e', '--resume', run.uri, ...skip], { cwd: repo.dir });
    const both = [resume(), resume()];
    const refused = await Promise.race(both);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      new RegExp(`error: the run at ${run.uri} is in use by pid ${process.pid} on \\S+: seatrial e2e, since \\S+Z`),
    );
    expect(refused.stderr).toContain(`Wait until it has ended, or stop it: seatrial runs cancel ${run.uri}`);

    const state = async () => (await seatrial(['runs', 'show', ...at])).stdout;
    await expect.poll(state, { timeout: 30_000, interval: 200 }).toMatch(/lint +running/);
    await seatrial(['runs', 'cancel', ...at, '--wait']);
    const ended = await Promise.all(both);
    expect(ended.map(({ code }) => code).sort()).toEqual([1, 2]);
    // Who was refused has touched nothing: the run is told as a whole by the other.
    expect(await state()).toMatch(/^aborted[^]*lint +aborted[^]*attempt 1[^]*attempt 2/);
  });
});

describe('seatrial step', () => {
  it('runs a task in a run of its own, after what it needs', async () => {
    await using repo = await exampleRepo();
    const { stdout, code } = await seatrial(['step', 'lint', '--results', repo.results], { cwd: repo.dir });
    expect(code).toBe(0);
    expect(stdout).toMatch(/clone +succeeded[^]*lint +succeeded/);
    expect(stdout).not.toMatch(/build|create-cluster/);
  });

  it('does one task of a run again, with its source checked out anew, and leaves what the journal says of the run', async () => {
    await using repo = await exampleRepo();
    const ran = await seatrial(['e2e', '--only', 'clone,lint', '--results', repo.results], { cwd: repo.dir });
    const uri = /^results +(\S+)$/m.exec(ran.stdout)?.[1] ?? '';
    const told = (name: string) => readFileSync(join(fileURLToPath(uri), name), 'utf8');
    const ofRun = ['artifacts/seatrial/run.json', 'artifacts/seatrial/tasks/finalize.json', 'finished.json'];
    const before = ofRun.map(told);

    const { stdout, code } = await seatrial(['step', 'lint', '--run', uri, '--json'], { cwd: repo.dir });
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const states = events.filter(({ type }) => type === 'task').map(({ name, state }) => `${name} ${state}`);
    expect(states).toEqual(['clone running', 'clone succeeded', 'lint running', 'lint succeeded']);
    expect(events.filter(({ type }) => type === 'run').map(({ state }) => state)).toEqual(['running', 'succeeded']);
    expect(code).toBe(0);
    expect(ofRun.map(told)).toEqual(before);
    expect(JSON.parse(told('artifacts/seatrial/tasks/lint.json'))).toMatchObject({
      state: 'succeeded',
      attemptHistory: [{ outcome: 'succeeded' }, { outcome: 'succeeded' }],
    });
  });

  it('refuses a task whose predecessors have not succeeded, and one that is not there', async () => {
    await using repo = await exampleRepo();
    const ran = await seatrial(['e2e', '--only', 'clone,lint', '--results', repo.results], { cwd: repo.dir });
    const uri = /^results +(\S+)$/m.exec(ran.stdout)?.[1] ?? '';
    const early = await seatrial(['step', 'deploy', '--run', uri], { cwd: repo.dir });
    expect(early.stderr).toMatch(/error: "deploy" needs "[^"]+".*: the journal says it was skipped[^]*Run \S+ first/);
    expect(early.code).toBe(2);
    const unknown = await seatrial(['step', 'limt', '--run', uri], { cwd: repo.dir });
    expect(unknown.stderr).toMatch(/no task "limt"[^]*Did you mean lint/);
    expect(unknown.code).toBe(2);
  });
});

describe('seatrial e2e --json', () => {
  it('writes events as lines of JSON, the result last, and runs a chosen task again with --from', async () => {
    await using repo = await exampleRepo();
    const args = ['e2e', '--only', 'clone,lint', '--results', repo.results, '--json'];
    const first = await seatrial(args, { cwd: repo.dir });
    const events = first.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events[0]).toMatchObject({ type: 'run', state: 'running' });
    expect(events.at(-1)).toMatchObject({ type: 'result', state: 'succeeded', exitCode: 0 });

    const resume = [
      'e2e',
      '--resume',
      String(events.at(-1)?.['runUri']),
      '--from',
      'lint',
      '--skip',
      'deploy,helm-test,tfjob-test',
      '--json',
    ];
    const second = await seatrial(resume, { cwd: repo.dir });
    const ended = second.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const lint = ended.filter(({ type, name }) => type === 'task' && name === 'lint').map(({ state }) => state);
    expect(lint).toEqual(['running', 'succeeded']); // though it had; the source, which is gone with the first run, is cloned again
    expect(second.code).toBe(0);
  });
});
