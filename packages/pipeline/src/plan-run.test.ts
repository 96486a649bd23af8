import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import { createJournal, memoryJournalFiles } from './journal.js';
import { planRun } from './plan-run.js';
import { runGraph } from './run-graph.js';
import { selectTasks } from './selection.js';
import { defineTask } from './task.js';

const world = { isThere: true };
const build = defineTask({
  name: 'build',
  run: async () => 'app:1',
  describe: () => ['docker build .'],
  verify: async () => world.isThere,
});
const test = defineTask({
  name: 'test',
  needs: { build },
  run: async (): Promise<void> => {
    throw new Error('broken');
  },
  describe: () => ['helm test app'],
  adopt: async () => undefined,
});
const report = defineTask({ name: 'report', after: [test], when: 'one_failed', run: async () => {} });
const graph = createGraph([build, test, report]);
const brief = (tasks: Awaited<ReturnType<typeof planRun>>) =>
  tasks.map(({ name, action, reason, calls }) => [name, action, reason ?? '', ...calls].join('|'));

describe(planRun, () => {
  it('says of each task what it would do', async () => {
    expect(brief(await planRun(graph))).toEqual([
      'build|run||docker build .',
      'test|run||helm test app',
      'report|run|one_failed',
    ]);
  });

  it('says what is left out, and what cannot run without it', async () => {
    expect(brief(await planRun(graph, { selection: selectTasks(graph, { skip: ['build'] }) }))).toEqual([
      'build|leave out|',
      'test|skip|needs "build", which is left out',
      'report|run|one_failed',
    ]);
  });

  it('says what a resumed run keeps, and writes nothing', async () => {
    const files = memoryJournalFiles();
    await runGraph(graph, { journal: createJournal(files) }).result;
    const write = () => Promise.reject(new Error('a plan writes nothing'));
    const journal = createJournal({ ...files, write });
    const rest = ['test|run||helm test app', 'report|run|one_failed'];
    expect(brief(await planRun(graph, { journal }))).toEqual(['build|keep|done by an earlier run', ...rest]);
    world.isThere = false;
    expect(brief(await planRun(graph, { journal }))).toEqual(['build|run||docker build .', ...rest]);
    world.isThere = true;
    expect(brief(await planRun(graph, { journal, redo: ['build'] }))).toEqual(['build|run||docker build .', ...rest]);
  });

  it('says what was interrupted', async () => {
    const journal = createJournal(memoryJournalFiles());
    await journal.writeTask({ version: 1, name: 'test', state: 'running', attempts: 1, durationMs: 0, cleanup: false });
    expect(brief(await planRun(graph, { journal }))[1]).toBe('test|adopt or run||helm test app');
  });
});
