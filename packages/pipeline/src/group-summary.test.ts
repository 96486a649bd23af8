import { describe, expect, it } from 'vitest';
import { summarizeGroups } from './group-summary.js';
import type { TaskState } from './result.js';

describe(summarizeGroups, () => {
  it.each<[TaskState, (TaskState | undefined)[]]>([
    ['pending', ['pending', undefined]],
    ['running', ['running', 'pending']],
    ['running', ['succeeded', 'pending']],
    ['succeeded', ['succeeded', 'skipped']],
    ['skipped', ['skipped', 'skipped']],
    ['failed', ['failed', 'running']],
    ['aborted', ['aborted', 'succeeded']],
  ])('is %s when its tasks are %j', (state, states) => {
    const tasks = states.map((_state, at) => ({ name: `t${at}`, group: 'tests' }));
    const results = Object.fromEntries(states.map((one, at) => [`t${at}`, one && { state: one }]));
    expect(summarizeGroups(tasks, results)).toMatchObject([{ name: 'tests', state }]);
  });

  it('counts tasks by state, and leaves out those in no group', () => {
    const tasks = [{ name: 'a', group: 'x' }, { name: 'b', group: 'y' }, { name: 'c', group: 'x' }, { name: 'd' }];
    const results = { a: { state: 'succeeded' }, c: { state: 'succeeded' } } as const;
    expect(summarizeGroups(tasks, results)).toEqual([
      { name: 'x', state: 'succeeded', counts: { succeeded: 2 } },
      { name: 'y', state: 'pending', counts: { pending: 1 } },
    ]);
  });
});
