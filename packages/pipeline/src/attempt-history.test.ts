import { describe, expect, it } from 'vitest';
import { attemptsOf } from './attempt-history.js';
import { createGraph } from './graph.js';
import { createJournal, memoryJournalFiles, type TaskRecord } from './journal.js';
import { runGraph } from './run-graph.js';
import { readRunReport } from './run-report.js';
import { runStep } from './run-step.js';
import type { Task } from './task.js';
import { defineTask } from './task.js';
import { createFakeClock } from './testing.js';

/** A task whose attempts take 10 ms each and fail `failures` times; the pauses are 50 ms, then 100 ms. */
function flaky(clock: ReturnType<typeof createFakeClock>, failures: number): Task {
  return defineTask({
    name: 'flaky',
    retries: { attempts: 3, minDelayMs: 100 },
    run: async ({ attempt }) => {
      await clock.sleep(10);
      if (attempt <= failures) {
        throw Object.assign(new Error(`no ${attempt}`), { code: 'FLAKY', detail: 'pages of output' });
      }
    },
  });
}

const failure = (number: number) => ({ name: 'Error', message: `no ${number}`, code: 'FLAKY' });

describe(attemptsOf, () => {
  it('tells when each attempt began and ended, and what became of it', async () => {
    const clock = createFakeClock(1_000);
    const journal = createJournal(memoryJournalFiles());
    const options = { clock, random: () => 0.5, journal };
    await clock.runUntil(runGraph(createGraph([flaky(clock, 2)]), options).result);
    const [task] = (await readRunReport(journal))?.tasks ?? [];
    expect(task).toMatchObject({ state: 'succeeded', attempts: 3, startedMs: 1_000, endedMs: 1_180 });
    expect(task?.attemptHistory).toEqual([
      { startedMs: 1_000, endedMs: 1_010, outcome: 'failed', error: failure(1) },
      { startedMs: 1_060, endedMs: 1_070, outcome: 'failed', error: failure(2) },
      { startedMs: 1_170, endedMs: 1_180, outcome: 'succeeded' },
    ]);
  });

  it('is durable before each attempt begins, and while the next is waited for', async () => {
    const clock = createFakeClock();
    const journal = createJournal(memoryJournalFiles());
    const { result } = runGraph(createGraph([flaky(clock, 1)]), { clock, random: () => 0.5, journal });
    const first = { startedMs: 0, endedMs: 10, outcome: 'failed', error: failure(1) };
    const read = async () => attemptsOf((await journal.readTask('flaky')) as TaskRecord);
    await clock.advance(5);
    expect(await read()).toEqual([{ startedMs: 0 }]);
    await clock.advance(10);
    expect(await read()).toEqual([first]);
    await clock.advance(50);
    expect(await read()).toEqual([first, { startedMs: 60 }]);
    await clock.runUntil(result);
    expect(await read()).toEqual([first, { startedMs: 60, endedMs: 70, outcome: 'succeeded' }]);
  });

  it('does not count an attempt that a stop of the run forestalled', async () => {
    const clock = createFakeClock();
    const run = runGraph(createGraph([flaky(clock, 9)]), { clock, random: () => 0.5 });
    await clock.advance(20);
    run.cancel(new Error('enough'));
    const { tasks } = await clock.runUntil(run.result);
    expect(tasks['flaky']).toMatchObject({ state: 'aborted', attempts: 1, endedMs: 20 });
    expect(attemptsOf(tasks['flaky'] as TaskRecord)).toEqual([
      { startedMs: 0, endedMs: 10, outcome: 'failed', error: failure(1) },
    ]);
  });

  it('keeps the attempts of a run that is resumed, also those whose end nobody saw', async () => {
    const clock = createFakeClock();
    const journal = createJournal(memoryJournalFiles());
    const killed = runGraph(createGraph([flaky(clock, 1)]), { clock, random: () => 0.5, journal });
    await clock.advance(65); // in its second attempt; then nothing is heard of it any more
    const writeTask = journal.writeTask;
    journal.writeTask = () => Promise.resolve();
    await clock.runUntil(killed.result);
    journal.writeTask = writeTask;
    await clock.advance(930);

    const again = runGraph(createGraph([flaky(clock, 0)]), { clock, journal, resume: true });
    const { tasks } = await clock.runUntil(again.result);
    const history = [
      { startedMs: 0, endedMs: 10, outcome: 'failed', error: failure(1) },
      { startedMs: 60, outcome: 'interrupted' },
      { startedMs: 1_000, endedMs: 1_010, outcome: 'succeeded' },
    ];
    expect(tasks['flaky']).toMatchObject({ attempts: 1, startedMs: 1_000, attemptHistory: history });
    // What is done stays as it is told, and a step by hand adds to it.
    const third = await runGraph(createGraph([flaky(clock, 0)]), { clock, journal, resume: true }).result;
    expect(third.tasks['flaky']).toMatchObject({ resumed: true, attemptHistory: history });
    await clock.runUntil(runStep(createGraph([flaky(clock, 0)]), 'flaky', { clock, journal }).result);
    expect(attemptsOf((await journal.readTask('flaky')) as TaskRecord)).toEqual([
      ...history,
      { startedMs: 1_010, endedMs: 1_020, outcome: 'succeeded' },
    ]);
  });

  it('reads older journals: the only attempt is as the task, of several it knows nothing', () => {
    const old = { name: 'old', state: 'failed', startedMs: 5, endedMs: 9, durationMs: 4, cleanup: false } as const;
    const error = { name: 'Error', message: 'no' };
    expect(attemptsOf({ ...old, attempts: 1, error })).toEqual([
      { startedMs: 5, endedMs: 9, outcome: 'failed', error },
    ]);
    expect(attemptsOf({ ...old, attempts: 3, error })).toEqual([]);
    expect(attemptsOf({ ...old, state: 'skipped', attempts: 0 })).toEqual([]);
  });

  it('keeps the last hundred', async () => {
    const clock = createFakeClock();
    const task = defineTask({
      name: 'stubborn',
      retries: { attempts: 150, minDelayMs: 0, maxDelayMs: 0 },
      run: () => Promise.reject(new Error('no')),
    });
    const { tasks } = await clock.runUntil(runGraph(createGraph([task]), { clock }).result);
    expect(tasks['stubborn']).toMatchObject({ attempts: 150 });
    expect(tasks['stubborn']?.attemptHistory).toHaveLength(100);
  });
});
