import type { RunResult, TaskResult } from '@seatrial/pipeline';
import { describe, expect, it } from 'vitest';
import { formatSummary } from './summary.js';

const task = (name: string, rest: Partial<TaskResult> = {}): TaskResult => ({
  name,
  state: 'succeeded',
  attempts: 1,
  startedMs: 0,
  durationMs: 1_000,
  cleanup: false,
  ...rest,
});

const input = (result: Partial<RunResult> & Pick<RunResult, 'tasks'>) => ({
  result: {
    state: 'succeeded' as const,
    startedMs: 0,
    endedMs: 3_000,
    durationMs: 3_000,
    criticalPath: { tasks: [{ name: 'build', durationMs: 1_000 }], durationMs: 1_000 },
    ...result,
  },
  job: 'widgets-e2e',
  buildId: '17',
  runUri: 'file:///results/17',
  order: ['build', 'deploy', 'teardown'],
  selected: new Set(['build', 'deploy']),
  wallMs: 3_100,
  tests: { passed: 4, failed: 0, skipped: 0 },
});

describe(formatSummary, () => {
  it('leads with the verdict and lists the tasks of the run', () => {
    const text = formatSummary(
      input({ tasks: { build: task('build'), deploy: task('deploy'), teardown: task('teardown') } }),
    );
    expect(text).toContain('PASS  widgets-e2e 17\n');
    expect(text).toMatch(/build +succeeded +1\.0 ?s/);
    expect(text).not.toContain('teardown');
    expect(text).not.toContain('resume');
  });

  it('breaks a long critical path at 80 columns', () => {
    const names = ['clone', 'unit-tests', 'deploy', 'custom-resource-test', 'collect', 'teardown', 'finalize'];
    const tasks = names.map((name) => ({ name, durationMs: 1_000 }));
    const text = formatSummary(input({ tasks: {}, criticalPath: { tasks, durationMs: 7_000 } }));
    expect(text).toContain('          clone 1.0s → unit-tests 1.0s → deploy 1.0s → custom-resource-test 1.0s\n');
    expect(text).toContain('\n          → collect 1.0s → teardown 1.0s → finalize 1.0s\n');
  });

  it('says what failed with its last lines, and how to go on', () => {
    const error = { name: 'ReleaseError', message: 'RUN make failed', detail: 'cc: no such file', hint: 'Install cc.' };
    const tasks = {
      build: task('build', { state: 'failed', error }),
      deploy: { ...task('deploy', { state: 'skipped', reason: 'needs "build", which failed', durationMs: 0 }) },
    };
    const text = formatSummary(input({ state: 'failed', tasks }));
    expect(text).toContain('FAIL  widgets-e2e 17\n');
    expect(text).toContain('build: RUN make failed\n    cc: no such file\n    hint: Install cc.\n');
    expect(text).toContain('needs "build", which failed');
    expect(text).toContain('resume    seatrial e2e --resume file:///results/17\n');
    expect(text).toContain('one step  seatrial step build --run file:///results/17');
  });
});
