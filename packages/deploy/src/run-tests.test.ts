import type { TestSuite } from '@seatrial/junit';
import { describe, expect, it } from 'vitest';
import { ManualClock } from './__fixtures__/manual-clock.js';
import { DeployError } from './errors.js';
import { runTests } from './run-tests.js';
import type { TrialTest } from './run-tests.js';

const suite = (name: string, problem?: string): TestSuite => ({
  name,
  cases: [{ name, problems: problem === undefined ? [] : [{ kind: 'failure', message: problem }] }],
});
const test = (name: string, run: TrialTest['run'], retries?: number): TrialTest => ({
  name,
  timeoutMs: 60_000,
  run,
  ...(retries === undefined ? {} : { retries }),
});

describe(runTests, () => {
  it('runs no more tests at a time than it may, and returns them in order', async () => {
    let [running, most] = [0, 0];
    const one = (name: string): TrialTest =>
      test(name, async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return suite(name);
      });
    const suites = await runTests(['a', 'b', 'c', 'd', 'e'].map(one), { maxParallel: 2 });
    expect(suites.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(most).toBe(2);
  });

  it('runs a failing test again, and tells a flaky one from one that fails each time', async () => {
    const lines: string[] = [];
    const flaky = test('flaky', async ({ attempt }) => suite('flaky', attempt < 3 ? `try ${attempt}` : undefined));
    const broken = test('broken', async ({ attempt }) => suite('broken', `try ${attempt}`), 1);
    const [first, second] = await runTests([flaky, broken], { retries: 2, onLine: (line) => lines.push(line) });
    expect(first?.properties).toEqual({ attempts: '3', flaky: 'true' });
    expect(second?.cases[0]).toMatchObject({ problems: [{ message: 'try 2' }], attempts: [{ message: 'try 1' }] });
    expect(lines).toContain('flaky: attempt 1 of at most 3 failed; running it again');
  });

  it('aborts a test that does not keep its time, and reports it', async () => {
    const clock = new ManualClock();
    let reason: unknown;
    let begin: () => void = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const hangs = test('hangs', ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject((reason = signal.reason) as Error));
        begin();
      }));
    const done = runTests([hangs], { clock, graceMs: 5_000 });
    await begun;
    await clock.advance(65_000);
    const [hung] = await done;
    expect(hung?.cases[0]?.problems[0]).toMatchObject({
      type: 'TIMEOUT',
      message: 'hangs was neither done within 60 s nor stopped 5 s later',
    });
    expect(reason).toBeInstanceOf(DeployError);
  });

  it('reports what a test throws, the cluster being at fault as an error', async () => {
    const refused = test('refused', async () => {
      throw new DeployError('UNAVAILABLE', 'no answer', { detail: 'GET /api' });
    });
    const [first] = await runTests([refused]);
    expect(first?.cases[0]?.problems).toEqual([
      { kind: 'error', type: 'UNAVAILABLE', message: 'no answer', text: 'no answer\nGET /api' },
    ]);
  });

  it('throws what cannot be right however often it is run, once', async () => {
    let runs = 0;
    const invalid = test('invalid', async () => {
      runs += 1;
      throw new DeployError('INVALID', 'no such template');
    });
    await expect(runTests([invalid], { retries: 3 })).rejects.toMatchObject({ code: 'INVALID' });
    expect(runs).toBe(1);
  });

  it('throws the reason when it is aborted, and begins no more tests', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const begun: string[] = [];
    const one = (name: string): TrialTest =>
      test(name, async ({ signal }) => {
        begun.push(name);
        controller.abort(reason);
        signal.throwIfAborted();
        return suite(name);
      });
    const done = runTests([one('a'), one('b')], { maxParallel: 1, signal: controller.signal });
    await expect(done).rejects.toBe(reason);
    expect(begun).toEqual(['a']);
  });
});
