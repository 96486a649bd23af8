import { describe, expect, it } from 'vitest';
import type { RunAnswer } from '../api.js';
import { createRunWatch } from './run-watch.js';

/** A run that changes when told to, and a clock that goes on when told to. */
function setUp() {
  let current = { state: 'running', version: '1' } as RunAnswer;
  let reads = 0;
  let failing = false;
  const errors: unknown[] = [];
  let wake: () => void = () => {};
  const asleep: (() => void)[] = [];
  const watch = createRunWatch({
    read: async () => {
      reads += 1;
      if (failing) throw new Error('the bucket is gone');
      return current;
    },
    clock: {
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          wake = resolve;
          asleep.splice(0).forEach((tell) => tell());
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    },
    onError: (error) => errors.push(error),
  });
  return {
    watch,
    errors,
    get reads() {
      return reads;
    },
    set: (change: Partial<RunAnswer>) => (current = { ...current, ...change }),
    fail: (whether: boolean) => (failing = whether),
    /** Lets one more look happen, and waits until it has. */
    async look() {
      const slept = new Promise<void>((resolve) => asleep.push(resolve));
      wake();
      await slept;
    },
  };
}

describe(createRunWatch, () => {
  it('tells the run as it is, then every change, then ends with the run', async () => {
    const { watch, set, look } = setUp();
    const told = watch.follow('logs/e2e/1', new AbortController().signal);
    expect((await told.next()).value).toMatchObject({ version: '1' });
    const next = told.next();
    await look();
    set({ version: '2' });
    await look();
    expect((await next).value).toMatchObject({ version: '2', state: 'running' });
    const last = told.next();
    set({ version: '3', state: 'passed' });
    await look();
    expect((await last).value).toMatchObject({ state: 'passed' });
    expect((await told.next()).done).toBe(true);
  });

  it('looks once for all who follow a run, and no more when nobody does', async () => {
    const setup = setUp();
    const controller = new AbortController();
    const one = setup.watch.follow('logs/e2e/1', controller.signal);
    const two = setup.watch.follow('logs/e2e/1', controller.signal);
    await one.next();
    await two.next();
    expect(setup.reads).toBe(1);
    const waiting = [one.next(), two.next()];
    controller.abort();
    expect((await Promise.all(waiting)).map(({ done }) => done)).toEqual([true, true]);
    expect(setup.reads).toBe(1);
  });

  it('goes on after a look that failed', async () => {
    const { watch, set, look, fail, errors } = setUp();
    const told = watch.follow('logs/e2e/1', new AbortController().signal);
    await told.next();
    const next = told.next();
    fail(true);
    await look();
    expect(errors).toEqual([expect.objectContaining({ message: 'the bucket is gone' })]);
    fail(false);
    set({ version: '2' });
    await look();
    expect((await next).value).toMatchObject({ version: '2' });
    await told.return(undefined);
  });
});
