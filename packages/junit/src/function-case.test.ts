import { describe, expect, it } from 'vitest';
import { runAsTestCase } from './function-case.js';

function createClock() {
  let nowMs = 1_000;
  return { now: () => nowMs, pass: (ms: number) => void (nowMs += ms) };
}

describe(runAsTestCase, () => {
  it('passes with the result and the time it took', async () => {
    const clock = createClock();
    const run = async () => {
      clock.pass(1_250);
      return 7;
    };
    expect(await runAsTestCase({ name: 'x', className: 'c', clock, run })).toEqual({
      case: { name: 'x', className: 'c', durationSeconds: 1.25, problems: [] },
      result: 7,
    });
  });

  it('fails with what was thrown', async () => {
    const error = Object.assign(new Error('helm failed', { cause: new Error('exit 1') }), {
      code: 'FAILED',
      detail: 'last line',
      hint: 'Look.',
    });
    const ran = await runAsTestCase({ name: 'x', clock: createClock(), run: () => Promise.reject(error) });
    expect(ran.error).toBe(error);
    expect(ran.case.problems).toEqual([
      {
        kind: 'failure',
        message: 'helm failed',
        type: 'FAILED',
        text: 'last line\ncaused by: exit 1\nhint: Look.',
      },
    ]);
  });

  it('shows the stack of an error without a code', async () => {
    const run = () => Promise.reject(new TypeError('x is not a function'));
    const [problem] = (await runAsTestCase({ name: 'x', clock: createClock(), run })).case.problems;
    expect(problem).toMatchObject({ message: 'x is not a function', type: 'TypeError' });
    expect(problem?.text).toMatch(/^TypeError: x is not a function\n\s+at /);
  });

  it.each([
    ['text', 'text'],
    [undefined, 'undefined'],
  ])('fails with %s that was thrown, too', async (thrown, message) => {
    const run = () => Promise.reject<void>(thrown);
    expect((await runAsTestCase({ name: 'x', clock: createClock(), run })).case.problems).toEqual([
      { kind: 'failure', message, text: message },
    ]);
  });
});
