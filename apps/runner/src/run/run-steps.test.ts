import { systemClock } from '@seatrial/cli';
import { createGraph, createJournal, defineTask, memoryJournalFiles, runGraph } from '@seatrial/pipeline';
import { describe, expect, it } from 'vitest';
import { runSteps } from './run-steps.js';

/** A run that has succeeded, of which something may be gone since. */
async function trial() {
  const ran: string[] = [];
  const there = new Set<string>();
  const make = (name: string) => async () => {
    ran.push(name);
    there.add(name);
    return { name };
  };
  const verifyOf = (name: string) => ({ verify: () => Promise.resolve(there.has(name)) });
  const clone = defineTask({ name: 'clone', run: make('clone'), ...verifyOf('clone') });
  const cluster = defineTask({ name: 'create-cluster', run: make('create-cluster'), ...verifyOf('create-cluster') });
  const deploy = defineTask({ name: 'deploy', needs: { clone, cluster }, run: make('deploy') });
  const test = defineTask({
    name: 'test',
    needs: { deploy },
    run: async ({ inputs }) => {
      ran.push(`test on ${inputs.deploy.name}`);
      if (there.has('bug')) throw new Error('broken');
    },
  });
  const graph = createGraph([clone, cluster, deploy, test]);
  const journal = createJournal(memoryJournalFiles());
  await runGraph(graph, { journal }).result;
  ran.length = 0;
  const events: string[] = [];
  const step = (name: string, signal = new AbortController().signal) =>
    runSteps(graph, name, {
      journal,
      signal,
      abandonSignal: new AbortController().signal,
      clock: systemClock,
      needs: new Set(
        ['clone', 'create-cluster', 'deploy', 'test'].slice(0, graph.order.findIndex((t) => t.name === name) + 1),
      ),
      remade: ['clone'],
      onEvent: (event) =>
        void events.push(
          event.type === 'task'
            ? `${event.name} ${event.state}`
            : `${event.type} ${event.type === 'run' ? event.state : ''}`,
        ),
    });
  return { ran, there, events, journal, step };
}

describe(runSteps, () => {
  it('runs the one task again, on what those before it made', async () => {
    const { ran, step } = await trial();
    const { state, tasks, criticalPath } = await step('test');
    expect([state, ...Object.keys(tasks)]).toEqual(['succeeded', 'test']);
    expect(criticalPath.tasks.map(({ name }) => name)).toEqual(['test']);
    expect(ran).toEqual(['test on deploy']);
  });

  it('first makes what may be made anew and is gone, and tells of both as of one run', async () => {
    const { ran, there, events, step } = await trial();
    there.delete('clone');
    expect(Object.keys((await step('test')).tasks)).toEqual(['clone', 'test']);
    expect(ran).toEqual(['clone', 'test on deploy']);
    expect(events).toEqual([
      'run running',
      'clone running',
      'clone succeeded',
      'test running',
      'test succeeded',
      'run succeeded',
    ]);
  });

  it('refuses what needs something else that is gone, and runs nothing', async () => {
    const { ran, there, events, step } = await trial();
    there.delete('clone');
    there.delete('create-cluster');
    await expect(step('test')).rejects.toThrow(
      expect.objectContaining({
        code: 'INPUT_MISSING',
        exitCode: 2,
        message: 'test needs what create-cluster made, and that is not there any more',
      }),
    );
    expect([...ran, ...events]).toEqual([]);
  });

  it('fails with its task, and leaves the run’s own state as it is', async () => {
    const { there, journal, step } = await trial();
    there.add('bug');
    expect(await step('test')).toMatchObject({ state: 'failed', tasks: { test: { error: { message: 'broken' } } } });
    expect(await journal.readTask('test')).toMatchObject({
      state: 'failed',
      attemptHistory: [{ outcome: 'succeeded' }, { outcome: 'failed' }],
    });
    expect(await journal.readRun()).toMatchObject({ state: 'succeeded' });
  });
});
