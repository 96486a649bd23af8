import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import { createJournal, memoryJournalFiles } from './journal.js';
import { runGraph } from './run-graph.js';
import { runStep } from './run-step.js';
import { defineTask } from './task.js';
import { createFakeClock } from './testing.js';

/** A run whose test fails, and what its tasks did. */
function trial() {
  const ran: string[] = [];
  const world = { isBroken: true };
  const build = defineTask({
    name: 'build',
    run: async ({ checkpoint }) => {
      ran.push('build');
      await checkpoint('image-1');
      return { image: 'app:1' };
    },
  });
  const test = defineTask({
    name: 'test',
    needs: { build },
    run: async ({ inputs, checkpoints }) => {
      ran.push(`test ${inputs.build.image} ${String(checkpoints['build'])}`);
      if (world.isBroken) throw new Error('broken');
    },
  });
  const publish = defineTask({ name: 'publish', needs: { test }, run: async () => void ran.push('publish') });
  const report = defineTask({
    name: 'report',
    needs: { build },
    after: [test],
    when: 'one_failed',
    run: async ({ inputs, results }) => `${inputs.build?.image} ${results['test']?.state}`,
  });
  const clean = defineTask({ name: 'clean', after: [test], cleanup: true, run: async () => void ran.push('clean') });
  const files = memoryJournalFiles();
  return {
    ran,
    world,
    files,
    journal: createJournal(files),
    graph: createGraph([build, test, publish, report, clean]),
  };
}

describe(runStep, () => {
  it('runs one task on the journalled outputs of others, and nothing else', async () => {
    const { ran, world, graph, journal, files } = trial();
    await runGraph(graph, { journal }).result;
    const before = await files.read('run.json');
    ran.length = 0;
    world.isBroken = false;
    expect(await runStep(graph, 'test', { journal }).result).toMatchObject({ name: 'test', state: 'succeeded' });
    expect(ran).toEqual(['test app:1 image-1']);
    expect(await journal.readTask('test')).toMatchObject({ state: 'succeeded' });
    expect(await files.read('run.json')).toBe(before);
  });

  it('lets a resumed run go on from what it did', async () => {
    const { ran, world, graph, journal } = trial();
    await runGraph(graph, { journal, clock: createFakeClock(10) }).result;
    world.isBroken = false;
    await runStep(graph, 'test', { journal, clock: createFakeClock(20) }).result;
    ran.length = 0;
    const { state } = await runGraph(graph, { journal, resume: true, clock: createFakeClock(30) }).result;
    // What came after the test was clean before it was run again.
    expect([state, ...ran]).toEqual(['succeeded', 'clean', 'publish']);
  });

  it('runs a whole graph step by step, as an engine with a process a task would', async () => {
    const { world, graph, journal } = trial();
    world.isBroken = false;
    for (const { name } of graph.order) await runStep(graph, name, { journal }).result;
    const states = await Promise.all(graph.order.map(async ({ name }) => (await journal.readTask(name))?.state));
    expect(new Set(states)).toEqual(new Set(['succeeded']));
  });

  it('does what it is told again, even if it succeeded', async () => {
    const { ran, graph, journal } = trial();
    await runStep(graph, 'build', { journal }).result;
    await runStep(graph, 'build', { journal }).result;
    expect(ran).toEqual(['build', 'build']);
  });

  it('asks nothing of its rule, and sees how others ended', async () => {
    const { graph, journal } = trial();
    await runGraph(graph, { journal }).result;
    expect(await runStep(graph, 'report', { journal }).result).toMatchObject({ output: 'app:1 failed' });
  });

  it('runs in no run at all, on outputs that are handed in', async () => {
    const { ran, world, graph } = trial();
    world.isBroken = false;
    const step = runStep(graph, 'test', { outputs: { build: { image: 'mine:2' } } });
    expect(await step.result).toMatchObject({ state: 'succeeded' });
    expect(ran).toEqual(['test mine:2 undefined']);
  });

  it.each([
    ['nothing of it', 'test', '"test" needs "build": the journal has no output of it', 'Run build first'],
    ['that it failed', 'publish', '"publish" needs "test": the journal says it failed', 'Run test first'],
  ])('refuses to run when the journal says %s', async (_what, name, message, hint) => {
    const { ran, graph, journal } = trial();
    if (name === 'publish') await runGraph(graph, { journal }).result;
    ran.length = 0;
    await expect(runStep(graph, name, { journal }).result).rejects.toMatchObject({
      code: 'INPUT_MISSING',
      message,
      hint: expect.stringContaining(hint),
    });
    expect(ran).toEqual([]);
  });

  it('rejects a task that is not in the graph', () => {
    const { graph } = trial();
    expect(() => runStep(graph, 'tset')).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_TASK', hint: 'Did you mean test?' }),
    );
  });

  it('can be cancelled', async () => {
    const wait = defineTask({ name: 'wait', run: ({ clock, signal }) => clock.sleep(60_000, signal) });
    const step = runStep(createGraph([wait]), 'wait');
    step.cancel(new Error('stopped'));
    expect((await step.result).state).toMatch(/aborted|skipped/);
  });
});
