import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../clock.js';
import { ManualClock, settle } from '../nodes/testing.js';
import { createWorkQueue } from './work-queue.js';

function queueWith(sync: (key: string, count: number) => void): {
  queue: ReturnType<typeof createWorkQueue>;
  clock: ManualClock;
  done: string[];
} {
  const clock = new ManualClock();
  const done: string[] = [];
  const queue = createWorkQueue({
    name: 'test',
    clock,
    logger: silentLogger,
    sync(key) {
      done.push(key);
      sync(key, done.length);
    },
  });
  return { queue, clock, done };
}

describe(createWorkQueue, () => {
  it('works once on a key that is added several times', async () => {
    const { queue, done } = queueWith(() => undefined);
    for (const key of ['a', 'b', 'a']) queue.add(key);
    await settle();
    expect(done).toEqual(['a', 'b']);
  });

  it('works again on a key that is added meanwhile', async () => {
    const { queue, done } = queueWith((_key, count) => {
      if (count === 1) queue.add('a');
    });
    queue.add('a');
    await settle();
    expect(done).toEqual(['a', 'a']);
  });

  it('tries again what fails, with growing pauses', async () => {
    const { queue, clock, done } = queueWith((_key, count) => {
      if (count < 4) throw new Error('no');
    });
    queue.add('a');
    const counts: number[] = [];
    for (const ms of [0, 5, 10, 20, 1_000]) {
      await clock.advance(ms);
      counts.push(done.length);
    }
    expect(counts).toEqual([1, 2, 3, 4, 4]);
  });

  it('keeps the earlier of two times', async () => {
    const { queue, clock, done } = queueWith(() => undefined);
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 100);
    queue.addAfter('a', 500);
    await clock.advance(100);
    expect(done).toEqual(['a']);
    await clock.advance(2_000);
    expect(done).toEqual(['a']);
  });

  it('does nothing once it is stopped', async () => {
    const { queue, clock, done } = queueWith(() => undefined);
    queue.add('a');
    queue.addAfter('b', 10);
    queue.stop();
    queue.add('c');
    await clock.advance(100);
    expect(done).toEqual([]);
  });
});
