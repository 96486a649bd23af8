import { describe, expect, it } from 'vitest';
import type { PipelineEvent } from './event.js';
import { createGraph } from './graph.js';
import { createJournal, memoryJournalFiles } from './journal.js';
import { runGraph } from './run-graph.js';
import type { RunOptions } from './run-options.js';
import { selectTasks } from './selection.js';
import type { Needs, Task, TaskDefinition } from './task.js';
import { defineTask } from './task.js';
import { createFakeClock } from './testing.js';
import type { When } from './when.js';

const noop = async () => {};
const fail = (message: string) => async (): Promise<void> => {
  throw new Error(message);
};

/** Runs tasks to the end on a clock of their own. */
function run(tasks: readonly Task[], options: RunOptions = {}) {
  const clock = createFakeClock(1_000);
  return clock.runUntil(runGraph(createGraph(tasks), { clock, random: () => 0.5, ...options }).result);
}

async function readAll(events: AsyncIterable<PipelineEvent>): Promise<readonly PipelineEvent[]> {
  const all: PipelineEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** A task that only ends when it is stopped. */
const hang = (name: string, extra: Partial<TaskDefinition<string, void, Needs, boolean, When>> = {}) =>
  defineTask({
    name,
    ...extra,
    run: ({ signal }) =>
      new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  }) as Task;

describe(runGraph, () => {
  it('hands outputs to those that need them', async () => {
    const build = defineTask({ name: 'build', run: async () => ({ image: 'app:1' }) });
    const deploy = defineTask({
      name: 'deploy',
      needs: { build },
      run: async ({ inputs }) => `on ${inputs.build.image}`,
    });
    const { state, tasks } = await run([build, deploy]);
    expect(state).toBe('succeeded');
    expect(tasks['deploy']).toEqual({
      name: 'deploy',
      state: 'succeeded',
      attempts: 1,
      startedMs: 1_000,
      endedMs: 1_000,
      durationMs: 0,
      output: 'on app:1',
      cleanup: false,
    });
  });

  it('runs nothing of an empty graph', async () => {
    expect(await run([])).toMatchObject({ state: 'succeeded', criticalPath: { tasks: [], durationMs: 0 } });
  });

  it('copies outputs, as a resumed run would see them', async () => {
    const made = { at: undefined as string | undefined, list: [1] };
    const one = defineTask({ name: 'one', run: async () => made });
    const two = defineTask({ name: 'two', needs: { one }, run: async ({ inputs }) => void (inputs.one.list[0] = 2) });
    await run([one, two]);
    expect(made.list).toEqual([1]);
  });

  it('fails a task whose output is not JSON', async () => {
    const loop: Record<string, never> = {};
    Object.assign(loop, { loop });
    const { tasks } = await run([defineTask({ name: 'loop', run: async () => loop })]);
    expect(tasks['loop']).toMatchObject({ state: 'failed', error: { code: 'OUTPUT_NOT_JSON' } });
  });

  it('skips the dependents of a failed task, with the reason, and no others', async () => {
    const build = defineTask({ name: 'build', run: fail('broken') });
    const lint = defineTask({ name: 'lint', run: noop });
    const deploy = defineTask({ name: 'deploy', needs: { build }, run: noop });
    const test = defineTask({ name: 'test', after: [deploy], run: noop });
    const { state, tasks } = await run([build, lint, deploy, test]);
    expect(state).toBe('failed');
    expect(tasks['build']).toMatchObject({ state: 'failed', error: { name: 'Error', message: 'broken' } });
    expect(tasks['lint']?.state).toBe('succeeded');
    expect(tasks['deploy']).toMatchObject({ state: 'skipped', reason: 'needs "build", which failed', attempts: 0 });
    expect(tasks['test']).toMatchObject({ state: 'skipped', failedUpstream: 'build' });
    expect(tasks['test']?.reason).toBe('comes after "deploy", which was skipped because of "build"');
  });

  it('runs all_done tasks after any end, with the inputs there are', async () => {
    const good = defineTask({ name: 'good', run: async () => 1 });
    const bad = defineTask({ name: 'bad', run: fail('no') });
    const both = { good, bad };
    const collect = defineTask({
      name: 'collect',
      needs: both,
      when: 'all_done',
      run: async ({ inputs }) => ({ good: inputs.good, bad: inputs.bad ?? 'none' }),
    });
    expect((await run([good, bad, collect])).tasks['collect']?.output).toEqual({ good: 1, bad: 'none' });
  });

  it.each([
    ['runs', fail('no'), 'succeeded', undefined],
    ['skips', noop, 'skipped', 'nothing failed'],
  ])('%s one_failed tasks', async (_what, body, state, reason) => {
    const work = defineTask({ name: 'work', run: body });
    const report = defineTask({ name: 'report', after: [work], when: 'one_failed', run: noop });
    const { tasks } = await run([work, report]);
    expect([tasks['report']?.state, tasks['report']?.reason]).toEqual([state, reason]);
  });

  it('fails a run whose cleanup fails, and does not pass one whose cleanup passes', async () => {
    const work = defineTask({ name: 'work', run: noop });
    const broken = defineTask({ name: 'broken', run: fail('no') });
    const bad = defineTask({ name: 'bad', after: [work], cleanup: true, run: fail('leak') });
    const good = defineTask({ name: 'good', after: [broken], cleanup: true, run: noop });
    expect((await run([work, bad])).state).toBe('failed');
    expect((await run([broken, good])).state).toBe('failed');
  });

  it('shows what ended so far', async () => {
    const one = defineTask({ name: 'one', run: fail('no') });
    const two = defineTask({
      name: 'two',
      after: [one],
      when: 'all_done',
      run: async ({ results }) => Object.values(results).map(({ name, state }) => `${name} ${state}`),
    });
    expect((await run([one, two])).tasks['two']?.output).toEqual(['one failed']);
  });

  it('names the critical path', async () => {
    const sleep = (name: string, ms: number, after: readonly Task[] = []) =>
      defineTask({ name, after, run: ({ clock }) => clock.sleep(ms) });
    const a = sleep('a', 10);
    const b = sleep('b', 30, [a]);
    const c = sleep('c', 20, [a]);
    const d = sleep('d', 5, [b, c]);
    expect((await run([a, b, c, d])).criticalPath).toEqual({
      tasks: [
        { name: 'a', durationMs: 10 },
        { name: 'b', durationMs: 30 },
        { name: 'd', durationMs: 5 },
      ],
      durationMs: 45,
    });
  });

  it('starts the task with the longest chain behind it first', async () => {
    const order: string[] = [];
    const task = (name: string, after: readonly Task[] = []) =>
      defineTask({ name, after, run: async () => void order.push(name) });
    const short = task('short');
    const long = task('long');
    const next = task('next', [long]);
    await run([short, long, next, task('last', [next])], { maxParallel: 1 });
    expect(order).toEqual(['long', 'next', 'short', 'last']);
  });

  describe('events', () => {
    it('tells every change once, in order, to callback and iterable alike', async () => {
      const one = defineTask({
        name: 'one',
        run: async ({ log, progress }) => {
          log('working');
          progress('half');
        },
      });
      const two = defineTask({ name: 'two', needs: { one }, run: fail('no') });
      const clock = createFakeClock();
      const heard: PipelineEvent[] = [];
      const started = runGraph(createGraph([one, two]), { clock, onEvent: (event) => heard.push(event) });
      const reading = readAll(started.events);
      await clock.runUntil(started.result);
      const read = await reading;
      expect(heard).toEqual([
        { type: 'run', atMs: 0, state: 'running' },
        { type: 'task', atMs: 0, name: 'one', state: 'running', attempt: 1 },
        { type: 'log', atMs: 0, name: 'one', line: 'working' },
        { type: 'progress', atMs: 0, name: 'one', text: 'half' },
        { type: 'task', atMs: 0, name: 'one', state: 'succeeded', attempt: 1, durationMs: 0 },
        { type: 'task', atMs: 0, name: 'two', state: 'running', attempt: 1 },
        {
          type: 'task',
          atMs: 0,
          name: 'two',
          state: 'failed',
          attempt: 1,
          durationMs: 0,
          error: { name: 'Error', message: 'no' },
        },
        { type: 'run', atMs: 0, state: 'failed' },
      ]);
      expect(read).toEqual(heard);
    });

    it('tells who joins late how things stand', async () => {
      const clock = createFakeClock();
      const one = defineTask({ name: 'one', run: fail('no') });
      const two = defineTask({ name: 'two', run: ({ clock: own }) => own.sleep(20) });
      const three = defineTask({ name: 'three', needs: { two }, run: noop });
      const started = runGraph(createGraph([one, two, three]), { clock });
      await clock.advance(10);
      const reading = readAll(started.events);
      await clock.runUntil(started.result);
      const brief = (events: readonly PipelineEvent[]) =>
        events.map((event) =>
          event.type === 'task' ? `${event.name} ${event.state}` : `run ${event.type === 'run' ? event.state : ''}`,
        );
      const ends = ['two succeeded', 'three running', 'three succeeded', 'run failed'];
      expect(brief(await reading)).toEqual(['run running', 'one failed', 'two running', ...ends]);
      const after = ['run running', 'one failed', 'two succeeded', 'three succeeded', 'run failed'];
      expect(brief(await readAll(started.events))).toEqual(after);
    });

    it('stops the run when a listener throws, and still cleans up', async () => {
      const work = defineTask({ name: 'work', run: noop });
      const clean = defineTask({ name: 'clean', after: [work], cleanup: true, run: noop });
      const onEvent = ({ type }: PipelineEvent) => {
        if (type === 'task') throw new Error('no terminal');
      };
      const result = await run([work, clean], { onEvent });
      expect(result).toMatchObject({ state: 'aborted', error: { message: 'no terminal' } });
      expect(result.tasks['clean']?.state).toBe('succeeded');
    });
  });

  describe('retries', () => {
    const flaky = (failures: number, retries: NonNullable<Task['retries']>) =>
      defineTask({
        name: 'flaky',
        retries,
        run: async ({ attempt }) => {
          if (attempt <= failures) throw new Error(`attempt ${attempt}`);
          return attempt;
        },
      });

    it('waits longer each time, by a random part of a bound that doubles up to its limit', async () => {
      const retries = { attempts: 5, minDelayMs: 100, maxDelayMs: 300 };
      const { tasks } = await run([flaky(4, retries)]);
      // Half of 100, 200, 300 and 300.
      expect(tasks['flaky']).toMatchObject({ state: 'succeeded', attempts: 5, output: 5, durationMs: 450 });
    });

    it('gives up after the last attempt', async () => {
      const { tasks } = await run([flaky(3, { attempts: 3 })]);
      expect(tasks['flaky']).toMatchObject({ state: 'failed', attempts: 3, error: { message: 'attempt 3' } });
    });

    it('does not repeat what is not worth it', async () => {
      const isRetryable = (error: unknown) => error instanceof Error && error.message !== 'attempt 2';
      const { tasks } = await run([flaky(9, { attempts: 5, isRetryable })]);
      expect(tasks['flaky']).toMatchObject({ state: 'failed', attempts: 2 });
    });

    it('fails with both errors when the classifier throws', async () => {
      const isRetryable = () => {
        throw new Error('cannot tell');
      };
      const { tasks } = await run([flaky(9, { attempts: 5, isRetryable })]);
      expect(tasks['flaky']).toMatchObject({ state: 'failed', error: { message: 'attempt 1; cannot tell' } });
    });

    it('lends its place to others while it waits', async () => {
      const order: string[] = [];
      const other = defineTask({ name: 'other', run: async ({ clock }) => void order.push(`other ${clock.now()}`) });
      await run([flaky(1, { attempts: 2, minDelayMs: 100 }), other], { maxParallel: 1 });
      expect(order).toEqual(['other 1000']);
    });

    it('says why it waits', async () => {
      const states: unknown[] = [];
      const onEvent = (event: PipelineEvent) => event.type === 'task' && states.push([event.state, event.reason]);
      await run([flaky(1, { attempts: 2, minDelayMs: 100 })], { onEvent });
      expect(states).toEqual([
        ['running', undefined],
        ['pending', 'attempt 1 failed, next in 50 ms'],
        ['running', undefined],
        ['succeeded', undefined],
      ]);
    });
  });

  describe('timeouts', () => {
    it('fails an attempt that takes too long', async () => {
      const { tasks } = await run([hang('slow', { timeoutMs: 50 })]);
      const error = { code: 'TASK_TIMEOUT', message: '"slow" took longer than 50 ms' };
      expect(tasks['slow']).toMatchObject({ state: 'failed', error, durationMs: 50 });
    });

    it('gives each attempt its own budget', async () => {
      const { tasks } = await run([hang('slow', { timeoutMs: 50, retries: { attempts: 2, minDelayMs: 100 } })]);
      expect(tasks['slow']).toMatchObject({ state: 'failed', attempts: 2, durationMs: 150 });
    });

    it('does not count what a task returns after its time', async () => {
      const late = defineTask({ name: 'late', timeoutMs: 50, run: ({ clock }) => clock.sleep(60) });
      expect((await run([late])).tasks['late']).toMatchObject({ state: 'failed', durationMs: 60 });
    });

    it('gives up a task that ignores its signal after the grace period', async () => {
      const deaf = defineTask({ name: 'deaf', timeoutMs: 50, run: () => new Promise<void>(() => {}) });
      expect((await run([deaf], { graceMs: 7 })).tasks['deaf']).toMatchObject({ state: 'failed', durationMs: 57 });
    });

    it('fails a run that takes too long, after its cleanup', async () => {
      const slow = hang('slow');
      const clean = defineTask({ name: 'clean', after: [slow], cleanup: true, run: ({ clock }) => clock.sleep(500) });
      const result = await run([slow, clean], { timeoutMs: 100 });
      expect(result).toMatchObject({ state: 'failed', durationMs: 600, error: { code: 'RUN_TIMEOUT' } });
      expect(result.tasks).toMatchObject({ slow: { state: 'aborted' }, clean: { state: 'succeeded' } });
    });
  });

  describe('cancelling', () => {
    const stopped = new Error('stopped by SIGINT');

    it('aborts what runs, skips what does not, cleans up', async () => {
      const clock = createFakeClock();
      const slow = hang('slow');
      const next = defineTask({ name: 'next', needs: { slow }, run: noop });
      const idle = defineTask({ name: 'idle', run: ({ clock: own }) => own.sleep(1) });
      const clean = defineTask({
        name: 'clean',
        after: [next],
        cleanup: true,
        run: async ({ signal }) => signal.aborted,
      });
      const started = runGraph(createGraph([slow, next, idle, clean]), { clock, maxParallel: 1 });
      await clock.advance(10);
      started.cancel(stopped);
      started.cancel(new Error('again'));
      const { state, tasks, error } = await clock.runUntil(started.result);
      expect([state, error?.message]).toEqual(['aborted', 'stopped by SIGINT']);
      expect(tasks['slow']).toMatchObject({ state: 'aborted', reason: 'stopped by SIGINT', durationMs: 10 });
      expect(tasks['next']).toMatchObject({ state: 'skipped' });
      expect(tasks['idle']).toMatchObject({
        state: 'skipped',
        reason: 'the run was stopped: stopped by SIGINT',
        attempts: 0,
      });
      expect(tasks['clean']).toMatchObject({ state: 'succeeded', output: false });
    });

    it('follows a signal, also one that is aborted already', async () => {
      const { state, tasks } = await run([defineTask({ name: 'a', run: noop })], {
        signal: AbortSignal.abort(stopped),
      });
      expect([state, tasks['a']?.state]).toEqual(['aborted', 'skipped']);
    });

    it('keeps what a task finished within the grace period', async () => {
      const clock = createFakeClock();
      const create = defineTask({ name: 'create', run: ({ clock: own }) => own.sleep(20).then(() => 'cluster-1') });
      const remove = defineTask({
        name: 'remove',
        needs: { create },
        cleanup: true,
        run: async ({ inputs }) => inputs.create,
      });
      const started = runGraph(createGraph([create, remove]), { clock });
      await clock.advance(15);
      started.cancel(stopped);
      const { tasks } = await clock.runUntil(started.result);
      expect(tasks).toMatchObject({ create: { state: 'succeeded' }, remove: { output: 'cluster-1' } });
    });

    it('gives up tasks that ignore it after the grace period', async () => {
      const clock = createFakeClock();
      const deaf = defineTask({ name: 'deaf', run: () => new Promise<void>(() => {}) });
      const clean = defineTask({ name: 'clean', after: [deaf], cleanup: true, run: noop });
      const started = runGraph(createGraph([deaf, clean]), { clock, graceMs: 30 });
      await clock.advance(10);
      started.cancel(stopped);
      const { tasks } = await clock.runUntil(started.result);
      expect(tasks).toMatchObject({ deaf: { state: 'aborted', durationMs: 40 }, clean: { state: 'succeeded' } });
    });

    it('does not stop cleanup that already runs', async () => {
      const clock = createFakeClock();
      const clean = defineTask({
        name: 'clean',
        cleanup: true,
        run: ({ clock: own, signal }) => own.sleep(50, signal),
      });
      const started = runGraph(createGraph([clean]), { clock });
      await clock.advance(10);
      started.cancel(stopped);
      expect((await clock.runUntil(started.result)).tasks['clean']).toMatchObject({
        state: 'succeeded',
        durationMs: 50,
      });
    });

    it('ends the pause before another attempt', async () => {
      const clock = createFakeClock();
      const flaky = defineTask({ name: 'flaky', retries: { attempts: 3 }, run: fail('no') });
      const started = runGraph(createGraph([flaky]), { clock, random: () => 1 });
      await clock.advance(10);
      started.cancel(stopped);
      const { tasks } = await clock.runUntil(started.result);
      expect(tasks['flaky']).toMatchObject({ state: 'aborted', attempts: 1, durationMs: 10, error: { message: 'no' } });
    });

    it('bounds each cleanup task by a budget of its own, over all attempts', async () => {
      const one = hang('one', { cleanup: true, retries: { attempts: 9, minDelayMs: 0 }, timeoutMs: 40 });
      const two = defineTask({ name: 'two', after: [one], cleanup: true, run: ({ clock }) => clock.sleep(90) });
      const { state, tasks } = await run([one, two], { cleanupTimeoutMs: 100 });
      expect(state).toBe('failed');
      expect(tasks['one']).toMatchObject({
        state: 'failed',
        attempts: 3,
        durationMs: 100,
        error: { code: 'CLEANUP_TIMEOUT' },
      });
      expect(tasks['two']).toMatchObject({ state: 'succeeded' });
    });
  });

  describe('selection', () => {
    const clone = defineTask({ name: 'clone', run: async () => 'src' });
    const lint = defineTask({ name: 'lint', run: noop });
    const build = defineTask({ name: 'build', needs: { clone }, after: [lint], run: noop });
    const publish = defineTask({ name: 'publish', after: [build], run: noop });
    const tasks = [clone, lint, build, publish];
    const graph = createGraph(tasks);

    it('does not hold back those that only come after what is left out', async () => {
      const result = await run(tasks, { selection: selectTasks(graph, { skip: ['lint'] }) });
      expect(result.state).toBe('succeeded');
      expect(result.tasks['lint']).toMatchObject({ state: 'skipped', reason: 'left out' });
      expect(result.tasks['build']).toMatchObject({ state: 'succeeded' });
    });

    it('skips those that need what is left out, without failing', async () => {
      const result = await run(tasks, { selection: selectTasks(graph, { skip: ['clone'] }) });
      expect(result.state).toBe('succeeded');
      expect(result.tasks['build']).toMatchObject({ state: 'skipped', reason: 'needs "clone", which was left out' });
      expect(result.tasks['publish']).toMatchObject({ state: 'succeeded' });
    });
  });

  describe('journal', () => {
    it('holds every state before it is acted upon', async () => {
      const files = memoryJournalFiles();
      const journal = createJournal(files);
      const seen: unknown[] = [];
      const one = defineTask({
        name: 'one',
        run: async ({ checkpoint }) => {
          seen.push((await journal.readTask('one'))?.state);
          await checkpoint({ id: 'cluster-1' });
          seen.push(await journal.readCheckpoint('one'));
          return 1;
        },
      });
      const two = defineTask({
        name: 'two',
        needs: { one },
        run: async ({ checkpoints }) => {
          seen.push((await journal.readTask('one'))?.state, (await journal.readRun())?.state, checkpoints['one']);
        },
      });
      await run([one, two], { journal, meta: { commit: 'abc' } });
      expect(seen).toEqual(['running', { id: 'cluster-1' }, 'succeeded', 'running', { id: 'cluster-1' }]);
      expect(await journal.readTask('one')).toMatchObject({
        state: 'succeeded',
        output: 1,
        checkpoint: { id: 'cluster-1' },
      });
      expect(await journal.readRun()).toMatchObject({ state: 'succeeded', meta: { commit: 'abc' }, startedMs: 1_000 });
    });

    it('refuses a journal that holds a run, unless it is to be resumed', async () => {
      const journal = createJournal(memoryJournalFiles());
      const one = defineTask({ name: 'one', run: noop });
      await run([one], { journal });
      await expect(run([one], { journal })).rejects.toMatchObject({ code: 'RUN_EXISTS' });
      expect(await run([one], { journal, resume: true })).toMatchObject({ state: 'succeeded' });
    });

    it.each([
      ['a running state', 'tasks/work.json', { work: 'skipped', clean: 'succeeded' }],
      ['a checkpoint', 'checkpoints/work.json', { work: 'failed', clean: 'succeeded' }],
    ])('starts nothing when %s cannot be written, and cleans up', async (_what, broken, states) => {
      const files = memoryJournalFiles();
      const write = async (path: string, text: string) => {
        if (path === broken) throw new Error('disk full');
        await files.write(path, text);
      };
      const made: string[] = [];
      const work = defineTask({
        name: 'work',
        run: async ({ checkpoint }) => {
          await checkpoint('cluster-1');
          made.push('cluster-1');
        },
      });
      const clean = defineTask({ name: 'clean', after: [work], cleanup: true, run: noop });
      const result = await run([work, clean], { journal: createJournal({ ...files, write }) });
      expect(made).toEqual([]);
      expect(result.state).toBe('failed');
      expect(Object.fromEntries(Object.values(result.tasks).map(({ name, state }) => [name, state]))).toEqual(states);
      const error = result.error ?? result.tasks['work']?.error;
      expect(error).toMatchObject({ code: 'JOURNAL_FAILED', infrastructure: true });
    });

    it('rejects before anything runs when the journal cannot be read', async () => {
      const read = () => Promise.reject(new Error('no bucket'));
      const journal = createJournal({ ...memoryJournalFiles(), read });
      const result = run([defineTask({ name: 'a', run: noop })], { journal });
      await expect(result).rejects.toMatchObject({
        code: 'JOURNAL_FAILED',
        message: expect.stringContaining('no bucket'),
      });
    });
  });

  describe('resume', () => {
    function trial() {
      const ran: string[] = [];
      const world = { isBroken: true, isClusterThere: true };
      const create = defineTask({
        name: 'create',
        run: async ({ checkpoint, checkpoints }) => {
          ran.push(`create ${JSON.stringify(checkpoints['create'] ?? null)}`);
          await checkpoint('cluster-1');
          return { cluster: 'cluster-1' };
        },
        verify: async ({ cluster }) => world.isClusterThere && cluster === 'cluster-1',
      });
      const test = defineTask({
        name: 'test',
        needs: { create },
        run: async ({ inputs }) => {
          ran.push(`test ${inputs.create.cluster}`);
          if (world.isBroken) throw new Error('broken');
        },
      });
      const lint = defineTask({ name: 'lint', run: async () => void ran.push('lint') });
      const clean = defineTask({
        name: 'clean',
        after: [test],
        cleanup: true,
        run: async () => void ran.push('clean'),
      });
      const journal = createJournal(memoryJournalFiles());
      const go = (options: RunOptions = {}) => {
        ran.length = 0;
        return run([create, test, lint, clean], { journal, resume: true, ...options });
      };
      return { ran, world, go, journal, graph: createGraph([create, test, lint, clean]) };
    }

    it('keeps what succeeded, repeats what failed and the cleanup after it', async () => {
      const { ran, world, go } = trial();
      await go();
      world.isBroken = false;
      const { state, tasks } = await go();
      expect(ran).toEqual(['test cluster-1', 'clean']);
      expect(state).toBe('succeeded');
      expect(tasks['create']).toMatchObject({ state: 'succeeded', resumed: true, attempts: 1 });
      expect(tasks['test']).not.toHaveProperty('resumed');
    });

    it('repeats what is gone and what was made of it, with its checkpoint', async () => {
      const { ran, world, go } = trial();
      world.isBroken = false;
      await go();
      world.isClusterThere = false;
      expect((await go()).state).toBe('succeeded');
      expect(ran).toEqual(['create "cluster-1"', 'test cluster-1', 'clean']);
    });

    it('repeats nothing of a run that succeeded', async () => {
      const { ran, world, go, journal } = trial();
      world.isBroken = false;
      await go();
      expect((await go()).state).toBe('succeeded');
      expect(ran).toEqual([]);
      expect((await journal.readRun())?.resumedMs).toHaveLength(1);
    });

    it('repeats a succeeded task that is named', async () => {
      const { ran, world, go } = trial();
      world.isBroken = false;
      await go();
      await go({ redo: ['lint'] });
      expect(ran).toEqual(['lint']);
    });

    it('runs one chosen task on the outputs of the run, and leaves the records of others alone', async () => {
      const { ran, go, journal, graph } = trial();
      await go();
      const { tasks } = await go({ selection: selectTasks(graph, { only: ['test'], skip: ['clean'] }) });
      expect(ran).toEqual(['test cluster-1']);
      expect(tasks['create']).toMatchObject({ state: 'succeeded', resumed: true });
      expect(await journal.readTask('clean')).toMatchObject({ state: 'succeeded' });
    });

    it('repeats what it cannot verify, and says so', async () => {
      const lines: string[] = [];
      const ran: string[] = [];
      const made = defineTask({
        name: 'made',
        run: async () => void ran.push('made'),
        verify: () => Promise.reject(new Error('no network')),
      });
      const journal = createJournal(memoryJournalFiles());
      const onEvent = (event: PipelineEvent) => event.type === 'log' && lines.push(event.line);
      await run([made], { journal });
      await run([made], { journal, resume: true, onEvent });
      expect(ran).toEqual(['made', 'made']);
      expect(lines).toEqual(['could not tell whether what was done is still there: no network']);
    });

    it('checks many tasks at once without a warning of a leak', async () => {
      const warnings: string[] = [];
      const onWarning = ({ name }: Error) => void warnings.push(name);
      const verify = () => new Promise<boolean>((resolve) => setImmediate(resolve, true));
      const tasks = Array.from({ length: 20 }, (_, at) => defineTask({ name: `t${at}`, run: noop, verify }));
      const journal = createJournal(memoryJournalFiles());
      await run(tasks, { journal });
      process.on('warning', onWarning);
      await runGraph(createGraph(tasks), { journal, resume: true }).result;
      await new Promise((resolve) => setImmediate(resolve)); // warnings come in a tick of their own
      process.off('warning', onWarning);
      expect(warnings).toEqual([]);
    });

    it('does not wait for a check that hangs when it is stopped', async () => {
      const made = defineTask({ name: 'made', run: noop, verify: () => new Promise<boolean>(() => {}) });
      const journal = createJournal(memoryJournalFiles());
      await run([made], { journal });
      const started = runGraph(createGraph([made]), { journal, resume: true });
      started.cancel(new Error('stopped'));
      expect((await started.result).tasks['made']).toMatchObject({ state: 'skipped' });
    });
  });

  it.each([
    ['maxParallel', 0],
    ['maxParallel', 1.5],
    ['graceMs', -1],
    ['timeoutMs', Number.NaN],
    ['cleanupTimeoutMs', -5],
  ])('rejects %s %d', (name, value) => {
    const error = { code: 'INVALID_OPTION', message: `${name} is ${value}` };
    expect(() => runGraph(createGraph([]), { [name]: value })).toThrow(expect.objectContaining(error));
  });

  it('runs long chains without growing the stack', async () => {
    const tasks: Task[] = [defineTask({ name: 't0', run: fail('no') })];
    for (let at = 1; at < 20_000; at += 1)
      tasks.push(defineTask({ name: `t${at}`, after: [tasks[at - 1] as Task], run: noop }));
    const { tasks: results } = await run(tasks);
    expect(results['t19999']).toMatchObject({ state: 'skipped' });
  });
});
