import { describe, expect, it } from 'vitest';
import { systemClock } from './clock.js';

describe('systemClock', () => {
  it('tells the time in whole milliseconds since the epoch', () => {
    const nowMs = systemClock.now();
    expect(Number.isInteger(nowMs)).toBe(true);
    expect(new Date(nowMs).getUTCFullYear()).toBeGreaterThan(2000);
  });

  it('wakes after a time that has passed already', async () => {
    await expect(systemClock.sleep(-1)).resolves.toBeUndefined();
  });

  it.each([1_000_000, 2 ** 40])('rejects a sleep of %d ms with the reason of its abort', async (ms) => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(ms, controller.signal);
    controller.abort(new Error('stopped'));
    await expect(sleeping).rejects.toThrow('stopped');
  });

  it('does not begin to sleep once aborted', async () => {
    await expect(systemClock.sleep(1_000_000, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});
