import { describe, expect, it } from 'vitest';
import { findCriticalPath } from './critical-path.js';
import type { TaskResult } from './result.js';

const ran = (name: string, startedMs: number, endedMs: number, extra: Partial<TaskResult> = {}): TaskResult => ({
  name,
  state: 'succeeded',
  attempts: 1,
  startedMs,
  endedMs,
  durationMs: endedMs - startedMs,
  cleanup: false,
  ...extra,
});
const skipped = (name: string, endedMs: number): TaskResult => ({
  name,
  state: 'skipped',
  attempts: 0,
  endedMs,
  durationMs: 0,
  cleanup: false,
});
const chain = [
  { name: 'build', needs: [], after: [] },
  { name: 'deploy', needs: ['build'], after: [] },
  { name: 'clean', needs: [], after: ['deploy'] },
];

describe(findCriticalPath, () => {
  it('is empty for no tasks', () => {
    expect(findCriticalPath([], {})).toEqual({ tasks: [], durationMs: 0 });
  });

  it('passes through tasks that were skipped', () => {
    const results = { build: ran('build', 0, 10), deploy: skipped('deploy', 10), clean: ran('clean', 10, 15) };
    expect(findCriticalPath(chain, results)).toEqual({
      tasks: [
        { name: 'build', durationMs: 10 },
        { name: 'clean', durationMs: 5 },
      ],
      durationMs: 15,
    });
  });

  it('leaves out what an earlier run did', () => {
    const results = {
      build: ran('build', 0, 10, { resumed: true }),
      deploy: ran('deploy', 900, 907),
      clean: ran('clean', 907, 910),
    };
    expect(findCriticalPath(chain, results)).toMatchObject({
      tasks: [{ name: 'deploy' }, { name: 'clean' }],
      durationMs: 10,
    });
  });

  it('starts from what has ended when the run has not', () => {
    const running = { ...ran('deploy', 10, 10), state: 'running' as const };
    delete (running as { endedMs?: number }).endedMs;
    expect(findCriticalPath(chain, { build: ran('build', 0, 10), deploy: running }).tasks).toEqual([
      { name: 'build', durationMs: 10 },
    ]);
  });
});
