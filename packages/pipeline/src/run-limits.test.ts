import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import { runGraph } from './run-graph.js';
import type { RunOptions } from './run-options.js';
import type { Needs, Task, TaskDefinition } from './task.js';
import { defineTask } from './task.js';
import { createFakeClock } from './testing.js';
import type { When } from './when.js';

function run(tasks: readonly Task[], options: RunOptions = {}) {
  const clock = createFakeClock();
  return clock.runUntil(runGraph(createGraph(tasks), { clock, random: () => 0.5, ...options }).result);
}

const startsOf = ({ tasks }: Awaited<ReturnType<typeof run>>) =>
  Object.fromEntries(Object.values(tasks).map(({ name, startedMs }) => [name, startedMs]));

const sleep = (name: string, ms: number, extra: Partial<TaskDefinition<string, void, Needs, boolean, When>> = {}) =>
  defineTask({ name, ...extra, run: ({ clock, signal }) => clock.sleep(ms, signal) }) as Task;

describe('resources', () => {
  it('runs no more at once than there are units, and others meanwhile', async () => {
    const tasks = [sleep('a', 10, { uses: ['gpu'] }), sleep('b', 10, { uses: ['gpu'] }), sleep('c', 10)];
    expect(startsOf(await run(tasks, { resources: { gpu: 1 } }))).toEqual({ a: 0, b: 10, c: 0 });
  });

  it('holds a resource by units, and lets nothing overtake who waits for many', async () => {
    const tasks = [
      sleep('one', 10, { uses: { gpu: 1 } }),
      sleep('three', 10, { uses: { gpu: 3 } }),
      sleep('two', 10, { uses: { gpu: 2 } }),
    ];
    expect(startsOf(await run(tasks, { resources: { gpu: 3 } }))).toEqual({ one: 0, three: 10, two: 20 });
  });

  it('takes all of several resources or none', async () => {
    const tasks = [
      sleep('net', 10, { uses: ['net'] }),
      sleep('both', 10, { uses: ['gpu', 'net'] }),
      sleep('gpu', 5, { uses: ['gpu'] }),
    ];
    expect(startsOf(await run(tasks, { resources: { gpu: 1, net: 1 } }))).toEqual({ net: 0, both: 10, gpu: 0 });
  });

  it('gives its units to others while it waits for another attempt', async () => {
    const flaky = defineTask({
      name: 'flaky',
      uses: ['gpu'],
      retries: { attempts: 2, minDelayMs: 100 },
      run: async ({ attempt }) => {
        if (attempt === 1) throw new Error('no');
      },
    });
    const { tasks } = await run([flaky, sleep('other', 10, { uses: ['gpu'] })], { resources: { gpu: 1 } });
    expect(tasks).toMatchObject({ flaky: { endedMs: 50 }, other: { startedMs: 0 } });
  });

  it('lets go of who waits when the run is stopped, and cleans up within the limits', async () => {
    const tasks = [
      sleep('a', 50, { uses: ['gpu'] }),
      sleep('b', 50, { uses: ['gpu'] }),
      sleep('clean', 10, { uses: ['gpu'], cleanup: true }),
      sleep('clean too', 10, { uses: ['gpu'], cleanup: true }),
    ].map((task) => ({ ...task, name: task.name.replace(' ', '-') }));
    const clock = createFakeClock();
    const started = runGraph(createGraph(tasks), { clock, resources: { gpu: 1 } });
    await clock.advance(15);
    started.cancel(new Error('stopped'));
    const result = await clock.runUntil(started.result);
    expect(startsOf(result)).toEqual({ a: undefined, b: undefined, clean: 0, 'clean-too': 10 });
  });

  it.each([
    [
      'a unit too few',
      { gpu: 1 },
      '"big" uses 2 of gpu, of which there are 1',
      'Raise the limit, or let the task use less.',
    ],
    ['no unit', { gpu: 0 }, 'resources.gpu is 0', 'Give a whole number of units, 1 or more.'],
    ['a resource that nothing uses', { gpus: 2 }, 'resources.gpus: no task uses it', 'Did you mean gpu?'],
  ])('rejects %s', (_what, resources, message, hint) => {
    const graph = createGraph([sleep('big', 1, { uses: { gpu: 2 } })]);
    const error = { code: 'INVALID_OPTION', message, hint };
    expect(() => runGraph(graph, { resources })).toThrow(expect.objectContaining(error));
  });
});

describe('order', () => {
  it('starts first what is expected to take longest to the end', async () => {
    const quick = sleep('quick', 1, { expectedMs: 1 });
    const slow = sleep('slow', 1, { expectedMs: 900 });
    const after = [sleep('x', 1, { after: [quick], expectedMs: 5 }), sleep('y', 1, { after: [quick], expectedMs: 5 })];
    expect(startsOf(await run([quick, slow, ...after], { maxParallel: 1 }))).toEqual({ slow: 0, quick: 1, x: 2, y: 3 });
  });

  it('goes by what an earlier run took', async () => {
    const tasks = [sleep('a', 1), sleep('b', 1), sleep('c', 1)];
    const took = new Map([['c', 5_000]]);
    const result = await run(tasks, { maxParallel: 1, expectedMs: (name) => took.get(name) });
    expect(startsOf(result)).toEqual({ c: 0, a: 1, b: 2 });
  });

  it('starts cleanup before all else', async () => {
    const first = sleep('first', 1, { expectedMs: 9_000 });
    const clean = sleep('clean', 1, { after: [first], cleanup: true });
    expect(startsOf(await run([sleep('long', 1), first, clean], { maxParallel: 1 }))).toEqual({
      first: 0,
      clean: 1,
      long: 2,
    });
  });
});

describe('totalTimeoutMs', () => {
  it('bounds all attempts and the pauses between them', async () => {
    const slow = sleep('slow', 1_000, { timeoutMs: 40, totalTimeoutMs: 100, retries: { attempts: 9, minDelayMs: 20 } });
    const { tasks } = await run([slow]);
    // 40, a pause of 10, 40, then a pause of 20 would leave nothing.
    expect(tasks['slow']).toMatchObject({
      state: 'failed',
      attempts: 2,
      durationMs: 90,
      error: { code: 'TASK_TIMEOUT' },
    });
  });

  it('cuts an attempt that began within it', async () => {
    const error = { code: 'TASK_TIMEOUT', message: '"slow" was not done within 30 ms' };
    expect((await run([sleep('slow', 1_000, { totalTimeoutMs: 30 })])).tasks['slow']).toMatchObject({
      error,
      durationMs: 30,
    });
  });

  it('is the budget of a cleanup task in place of that of the run', async () => {
    const clean = sleep('clean', 500, { cleanup: true, totalTimeoutMs: 600 });
    expect((await run([clean], { cleanupTimeoutMs: 100 })).state).toBe('succeeded');
  });
});
