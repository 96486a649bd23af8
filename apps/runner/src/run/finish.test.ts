import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createObjectStore } from '@seatrial/storage';
import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../run-trial.js';
import type { Trial } from '../trial.js';
import { finishRun } from './finish.js';

const succeeded = {
  state: 'succeeded',
  startedMs: 0,
  endedMs: 1,
  durationMs: 1,
  tasks: {},
  criticalPath: { tasks: [], durationMs: 0 },
} as const;

describe(finishRun, () => {
  it('does not let a run pass whose logs could not be written, and still writes finished.json', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'finish-'));
    const full = () => Promise.reject(new Error('ENOSPC: no space left on device'));
    const trial = {
      clock: { now: () => 1_000 },
      job: { type: 'periodic', job: 'e2e', buildId: '1', decorated: false, warnings: [] },
      source: { revision: 'a'.repeat(40) },
      results: { log: { close: full }, publishLogs: async () => undefined },
      resultStore: createObjectStore(),
      runUri: `file://${dir}`,
    } as unknown as Trial;
    const closing = await finishRun(trial, succeeded, { writesFinished: true });
    expect(closing.problems.map(({ message }) => message)).toEqual([
      'could not write the logs: ENOSPC: no space left on device',
    ]);
    expect(JSON.parse(await readFile(join(dir, 'finished.json'), 'utf8'))).toMatchObject({
      passed: false,
      result: 'FAILURE',
    });
    expect(exitCodeOf(succeeded, closing)).toBe(3);
    await rm(dir, { recursive: true });
  });
});
