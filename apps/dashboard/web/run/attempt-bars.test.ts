import { describe, expect, it } from 'vitest';
import type { TaskView } from '../../src/api.js';
import { barsOf } from './attempt-bars.js';

function task(facts: Partial<TaskView>): TaskView {
  return {
    name: 'deploy',
    needs: [],
    after: [],
    cleanup: false,
    selected: true,
    state: 'pending',
    attempts: 0,
    attemptHistory: [],
    resumed: false,
    critical: false,
    ...facts,
  };
}

describe(barsOf, () => {
  it('gives each attempt its bar and says how long the pause before it was', () => {
    const attemptHistory = [
      { startedMs: 0, endedMs: 2_000, outcome: 'failed', message: 'no answer' },
      { startedMs: 5_000, outcome: 'interrupted' },
      { startedMs: 60_000, endedMs: 61_000, outcome: 'failed' },
      { startedMs: 64_000, outcome: 'running' },
    ] as const;
    expect(barsOf(task({ state: 'running', attempts: 2, startedMs: 60_000, attemptHistory }), 65_000)).toEqual([
      { startMs: 0, endMs: 2_000, state: 'failed', title: 'attempt 1: failed after 2.0s: no answer' },
      {
        startMs: 5_000,
        endMs: 5_000,
        state: 'interrupted',
        title: 'attempt 2, 3.0s after the one before: interrupted',
      },
      { startMs: 60_000, endMs: 61_000, state: 'failed', title: 'attempt 3: failed after 1.0s' },
      {
        startMs: 64_000,
        endMs: 65_000,
        state: 'running',
        title: 'attempt 4, 3.0s after the one before: running after 1.0s',
      },
    ]);
  });

  it('shows what has ended while the next attempt is waited for', () => {
    const attemptHistory = [{ startedMs: 0, endedMs: 2_000, outcome: 'failed' }] as const;
    expect(barsOf(task({ attempts: 1, startedMs: 0, attemptHistory }), 9_000)).toEqual([
      { startMs: 0, endMs: 2_000, state: 'failed' },
    ]);
  });

  it('gives one bar where an older journal does not tell attempts apart, and none to what never ran', () => {
    const once = { state: 'failed', attempts: 3, startedMs: 5, endedMs: 9 } as const;
    expect(barsOf(task(once), 100)).toEqual([{ startMs: 5, endMs: 9, state: 'failed' }]);
    expect(barsOf(task({ state: 'running', attempts: 1, startedMs: 5 }), 100)).toEqual([
      { startMs: 5, endMs: 100, state: 'running' },
    ]);
    expect(barsOf(task({ state: 'skipped' }), 100)).toEqual([]);
  });
});
