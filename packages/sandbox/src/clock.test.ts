import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from './clock.js';

const DAY_MS = 24 * 3_600_000;

describe('the clock of the machine', () => {
  it('sleeps for longer than a timer of Node.js lasts', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let awake = false;
    void systemClock.sleep(60 * DAY_MS).then(() => (awake = true));
    await vi.advanceTimersByTimeAsync(60 * DAY_MS - 1);
    expect(awake).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(awake).toBe(true);
  });

  it('is woken by a signal, also before it sleeps', async () => {
    const over = new AbortController();
    const sleeping = systemClock.sleep(60 * DAY_MS, over.signal);
    over.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(systemClock.sleep(1, over.signal)).rejects.toThrow('enough');
  });
});
