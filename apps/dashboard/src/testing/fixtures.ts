import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createObjectStore } from '@seatrial/storage';
import { openResults } from '../results/results.js';
import { createReadModel, type ReadModel } from '../server/read-model.js';

/** Results of real runs; see the README beside them. */
export const FIXTURES = join(import.meta.dirname, '../__fixtures__/results');
export const JOB = 'logs/tf-job-operator-e2e';
export const RUNS = {
  passed: `${JOB}/2126689752882854946`,
  passedAtRandom: `${JOB}/2126689933343630820`,
  failedTest: `${JOB}/2126690037809473129`,
  failedDeploy: `${JOB}/2126690154673552117`,
  passedWithLargerNodes: `${JOB}/2126690352780069134`,
  aborted: `${JOB}/2126690564267260394`,
  inProgress: `${JOB}/2126690620687999704`,
  presubmit: 'pr-logs/pull/acme_tf-job-operator/7/pull-tf-job-operator-e2e/2126690000000000001',
} as const;

/** Shortly after the runs, and going on from there: a run without an end is in progress for a day. */
export function fixtureClock(): { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> } {
  const offsetMs = Date.parse('2026-11-28T15:00:00Z') - Date.now();
  return {
    now: () => Date.now() + offsetMs,
    sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
  };
}

/** A folder of results that a test may write to. */
export interface ResultFolder extends AsyncDisposable {
  readonly dir: string;
  readonly uri: string;
  write(path: string, content: string | Uint8Array): Promise<void>;
}

export async function resultFolder({ from }: { readonly from?: string } = {}): Promise<ResultFolder> {
  const dir = await mkdtemp(join(tmpdir(), 'seatrial-ui-test-'));
  if (from !== undefined) await cp(from, dir, { recursive: true });
  return {
    dir,
    uri: `file://${dir}`,
    async write(path, content) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

/** The read model of a folder. */
export function modelOf(uri: string, clock = fixtureClock()): ReadModel {
  return createReadModel(openResults(createObjectStore(), uri), {
    clock,
    watchIntervalMs: 20,
    onError: (error) => {
      throw error;
    },
  });
}
