import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import type { JournalFiles } from './journal.js';
import { createJournal, memoryJournalFiles } from './journal.js';
import { runGraph } from './run-graph.js';
import { selectTasks } from './selection.js';
import type { Task } from './task.js';
import { defineTask } from './task.js';
import { createFakeClock } from './testing.js';

/** A cloud with one cluster to be made and deleted, and the run that does so. */
function trial(files: JournalFiles) {
  const clusters = new Set<string>();
  const made: string[] = [];
  const create = defineTask({
    name: 'create',
    run: async ({ checkpoint, checkpoints }) => {
      const name = (checkpoints['create'] as string | undefined) ?? 'cluster-1';
      await checkpoint(name);
      if (!clusters.has(name)) made.push(name);
      clusters.add(name);
      return { name };
    },
    verify: async ({ name }) => clusters.has(name),
  });
  const test = defineTask({
    name: 'test',
    needs: { create },
    retries: { attempts: 2, minDelayMs: 0 },
    run: async ({ inputs, attempt }) => {
      if (attempt === 1) throw new Error('flaky');
      return `tested ${inputs.create.name}`;
    },
  });
  const remove = defineTask({
    name: 'remove',
    after: [test],
    cleanup: true,
    run: async ({ checkpoints }) => void clusters.delete(checkpoints['create'] as string),
  });
  const graph = createGraph([create, test, remove]);
  return {
    clusters,
    made,
    async run(from: JournalFiles) {
      const clock = createFakeClock();
      const options = { clock, random: () => 0, journal: createJournal(from), resume: true };
      return clock.runUntil(runGraph(graph, options).result);
    },
    async runUntilDead(at: number, bytes: number) {
      const clock = createFakeClock();
      const dying = dyingFiles(files, at, bytes);
      const options = { clock, random: () => 0, journal: createJournal(dying.files) };
      await clock.runUntil(Promise.race([runGraph(graph, options).result, dying.died]));
      return dying.size();
    },
  };
}

/** Files whose n-th write leaves only so many bytes, and nothing after it is written or answered. */
function dyingFiles(files: JournalFiles, at: number, bytes: number) {
  let writes = 0;
  let size: number | undefined;
  let die: () => void = () => undefined;
  const died = new Promise<void>((resolve) => (die = resolve));
  const write = async (path: string, text: string): Promise<void> => {
    writes += 1;
    if (writes < at) return files.write(path, text);
    if (writes === at) {
      size = Buffer.byteLength(text);
      await files.write(path, text.slice(0, bytes));
      die();
    }
    return new Promise<void>(() => {});
  };
  /** Of the write that was cut; `undefined` when there were not so many. */
  return { files: { ...files, write }, died, size: () => size };
}

describe('a run that dies while it writes its journal', () => {
  it('ends the same when resumed, at whatever byte of whatever write it was cut, and leaves no cluster', async () => {
    const endOf = async (at: number, bytes: number) => {
      const files = memoryJournalFiles();
      const { run, runUntilDead, clusters, made } = trial(files);
      const size = await runUntilDead(at, bytes);
      const { state, tasks } = await run(files);
      const seen = [state, tasks['test']?.output, tasks['remove']?.state, clusters.size, new Set(made).size];
      expect(seen, `write ${at} cut at ${bytes}`).toEqual(['succeeded', 'tested cluster-1', 'succeeded', 0, 1]);
      return size;
    };
    let cuts = 0;
    for (let at = 1; ; at += 1) {
      const size = await endOf(at, 0);
      if (size === undefined) break; // there are not so many
      await Promise.all(Array.from({ length: size }, (_, before) => endOf(at, before + 1)));
      cuts += size + 1;
    }
    expect(cuts).toBeGreaterThan(1_000);
  });

  it('comes to the same result from the same journal', async () => {
    for (let at = 1; at < 12; at += 1) {
      const files = memoryJournalFiles();
      const { runUntilDead, clusters } = trial(files);
      await runUntilDead(at, 0);
      const ends = [];
      for (let copy = 0; copy < 2; copy += 1) {
        const again = trial(files);
        for (const name of clusters) again.clusters.add(name);
        // What one of them writes, the other does not read.
        const own = memoryJournalFiles();
        const read = async (path: string) => (await own.read(path)) ?? (await files.read(path));
        ends.push(await again.run({ read, write: (path, text) => own.write(path, text) }));
      }
      expect(ends[1]).toEqual(ends[0]);
    }
  });
});

describe('adopt', () => {
  type Adopt = () => Promise<{ output: string } | undefined>;

  function world(adopt?: Adopt) {
    const ran: string[] = [];
    const work = defineTask({
      name: 'work',
      run: async (): Promise<string> => {
        ran.push('run');
        return 'done anew';
      },
      ...(adopt === undefined ? {} : { adopt }),
    });
    return { ran, graph: createGraph([work]) };
  }

  async function interrupted(state: 'running' | 'aborted' | 'failed' = 'running') {
    const journal = createJournal(memoryJournalFiles());
    await journal.writeTask({
      version: 1,
      name: 'work',
      state,
      attempts: 1,
      startedMs: 1,
      durationMs: 0,
      cleanup: false,
    });
    return journal;
  }

  it('takes over what an interrupted task has come to all the same', async () => {
    const { ran, graph } = world(async () => ({ output: 'found' }));
    const journal = await interrupted();
    const { tasks } = await runGraph(graph, { journal, resume: true }).result;
    expect(ran).toEqual([]);
    expect(tasks['work']).toMatchObject({ state: 'succeeded', output: 'found', adopted: true });
    expect(await journal.readTask('work')).toMatchObject({ output: 'found', adopted: true });
  });

  it.each<[string, Adopt | undefined, 'running' | 'aborted']>([
    ['there is nothing to take over', () => Promise.resolve(undefined), 'running'],
    ['it cannot tell', () => Promise.reject(new Error('no network')), 'running'],
    ['it has no say', undefined, 'aborted'],
  ])('does the work again when %s', async (_what, adopt, state) => {
    const { ran, graph } = world(adopt);
    const { tasks } = await runGraph(graph, { journal: await interrupted(state), resume: true }).result;
    expect(ran).toEqual(['run']);
    expect(tasks['work']).toMatchObject({ state: 'succeeded', output: 'done anew' });
    expect(tasks['work']).not.toHaveProperty('adopted');
  });

  it('is not asked when the task had failed, and not in a run of its own', async () => {
    const { ran, graph } = world(async () => ({ output: 'found' }));
    await runGraph(graph, { journal: await interrupted('failed'), resume: true }).result;
    await runGraph(graph).result;
    expect(ran).toEqual(['run', 'run']);
  });
});

describe('from', () => {
  it('runs a task and what follows again, on the outputs of what comes before', async () => {
    const ran: string[] = [];
    const task = (name: string, before: readonly Task[] = []): Task =>
      defineTask({ name, needs: { before }, run: async () => void ran.push(name) });
    const [a, x] = [task('a'), task('x')];
    const b = task('b', [a]);
    const graph = createGraph([a, x, b, task('c', [b])]);
    const journal = createJournal(memoryJournalFiles());
    await runGraph(graph, { journal }).result;
    ran.length = 0;
    const result = await runGraph(graph, { journal, resume: true, selection: selectTasks(graph, { from: ['b'] }) })
      .result;
    expect(ran).toEqual(['b', 'c']);
    expect(result.state).toBe('succeeded');
  });
});

describe('rules on resume', () => {
  it('skips again what was skipped for a failure that is still there, and not when it is mended', async () => {
    let isBroken = true;
    const ran: string[] = [];
    const work = defineTask({
      name: 'work',
      run: async () => {
        if (isBroken) throw new Error('no');
      },
    });
    const next = defineTask({ name: 'next', after: [work], run: async () => void ran.push('next') });
    const alarm = defineTask({
      name: 'alarm',
      after: [next],
      when: 'one_failed',
      run: async () => void ran.push('alarm'),
    });
    const odd = defineTask({
      name: 'odd',
      after: [next],
      when: (upstream) => upstream['next']?.failedUpstream === 'work',
      run: async () => void ran.push('odd'),
    });
    const graph = createGraph([work, next, alarm, odd]);
    const journal = createJournal(memoryJournalFiles());
    await runGraph(graph, { journal }).result;
    expect(ran.splice(0)).toEqual(['alarm', 'odd']);
    await runGraph(graph, { journal, resume: true }).result;
    expect(ran.splice(0)).toEqual(['alarm', 'odd']);
    isBroken = false;
    const { state, tasks } = await runGraph(graph, { journal, resume: true }).result;
    expect([state, ...ran]).toEqual(['succeeded', 'next']);
    expect(tasks).toMatchObject({ alarm: { state: 'skipped' }, odd: { reason: 'its condition does not hold' } });
  });

  it('fails a task whose condition throws', async () => {
    const when = (): boolean => {
      throw new Error('cannot tell');
    };
    const task = defineTask({ name: 'a', when, run: async () => {} });
    const { tasks } = await runGraph(createGraph([task])).result;
    expect(tasks['a']).toMatchObject({ state: 'failed', attempts: 0, error: { message: 'cannot tell' } });
  });
});
