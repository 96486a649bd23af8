import { describe, expect, it } from 'vitest';
import { createGraph } from './graph.js';
import { createJournal, memoryJournalFiles } from './journal.js';
import { runGraph } from './run-graph.js';
import { defineTask } from './task.js';
import { createFakeClock } from './testing.js';

/** A cluster that is made, used until it is stopped, and deleted; what of it was done. */
function trial() {
  const clock = createFakeClock();
  const done: string[] = [];
  const writes: string[] = [];
  const files = memoryJournalFiles();
  const journal = createJournal({
    read: files.read,
    write(path, text) {
      writes.push(path);
      return files.write(path, text);
    },
  });
  const create = defineTask({ name: 'create', run: async () => void done.push('created') });
  const test = defineTask({
    name: 'test',
    after: [create],
    async run({ signal, checkpoint }) {
      await clock.sleep(1_000, signal).catch(() => undefined);
      done.push('stopped');
      await checkpoint('too late');
      done.push('made on the strength of it');
    },
  });
  const remove = defineTask({
    name: 'remove',
    after: [test],
    cleanup: true,
    async run({ signal }) {
      done.push('deleting');
      await clock.sleep(1_000, signal);
      done.push('deleted');
    },
  });
  const lock = new AbortController();
  const start = () => runGraph(createGraph([create, test, remove]), { clock, journal, abandonSignal: lock.signal });
  return { clock, done, writes, journal, lock, start };
}

const TAKEN = new Error('taken over by another');

describe('a run that is given up', () => {
  it('stops what runs, cleans nothing up, and writes nothing more', async () => {
    const { clock, done, writes, journal, lock, start } = trial();
    const run = start();
    await clock.advance(10);
    const before = writes.length;
    lock.abort(TAKEN);
    const { state, error, tasks } = await clock.runUntil(run.result);
    expect({ state, message: error?.message }).toEqual({ state: 'aborted', message: TAKEN.message });
    expect(done).toEqual(['created', 'stopped']);
    expect(writes).toHaveLength(before);
    expect(tasks['remove']).toMatchObject({
      state: 'skipped',
      attempts: 0,
      reason: expect.stringContaining('taken over'),
    });
    // The other finds the run as it was when it was taken.
    expect(await journal.readTask('test')).toMatchObject({ state: 'running' });
    expect((await journal.readRun())?.state).toBe('running');
    expect(await journal.readCheckpoint('test')).toBeUndefined();
  });

  it('stops its cleanup too, also after a cancel', async () => {
    const { clock, done, writes, lock, start } = trial();
    const run = start();
    await clock.advance(10);
    run.cancel(new Error('by the user'));
    await clock.advance(10);
    expect(done.at(-1)).toBe('deleting');
    const before = writes.length;
    lock.abort(TAKEN);
    const { error, tasks } = await clock.runUntil(run.result);
    expect(done).not.toContain('deleted');
    expect(tasks['remove']).toMatchObject({ state: 'aborted' });
    expect(error?.message).toBe(TAKEN.message);
    expect(writes).toHaveLength(before);
  });

  it('does not begin when it is another’s already', async () => {
    const { done, writes, lock, start } = trial();
    lock.abort(TAKEN);
    await expect(start().result).rejects.toBe(TAKEN);
    expect([done, writes]).toEqual([[], []]);
  });
});
