import type { Readable } from 'node:stream';
import type {
  ArtifactsAnswer,
  CompareAnswer,
  GridAnswer,
  JobAnswer,
  JobRef,
  JobsAnswer,
  PullAnswer,
  PullRef,
  PullsAnswer,
  RunAnswer,
  TestsAnswer,
} from '../api.js';
import { DashboardError } from '../errors.js';
import { createRunWatch, type RunWatch } from '../live/run-watch.js';
import { createLogSources } from '../logs/log-source.js';
import { createLogs, type Logs } from '../logs/logs.js';
import { createBuilds } from '../results/builds.js';
import { findJobs, findPulls } from '../results/find-jobs.js';
import { isMissing, type Results } from '../results/results.js';
import { compareRuns } from '../runs/compare.js';
import { createGrids } from '../runs/grid.js';
import { readJob, readPull } from '../runs/job-summary.js';
import { createRunHeads } from '../runs/run-heads.js';
import { createRuns } from '../runs/runs.js';

/** Builds of a job that are read: the newest `count`, or those before a build. */
export interface Page {
  readonly count: number;
  readonly before?: string;
}

/** Everything the page can ask for, read from one place of results. Paths are checked by whoever calls. */
export interface ReadModel extends AsyncDisposable {
  jobs(): Promise<JobsAnswer>;
  job(job: JobRef, page: Page): Promise<JobAnswer>;
  grid(job: JobRef, page: Page): Promise<GridAnswer>;
  pulls(): Promise<PullsAnswer>;
  pull(pull: PullRef, page: Page): Promise<PullAnswer>;
  run(run: string): Promise<RunAnswer>;
  tests(run: string): Promise<TestsAnswer>;
  artifacts(run: string): Promise<ArtifactsAnswer>;
  compare(a: string, b: string): Promise<CompareAnswer>;
  /** Content of an object, decoded. @throws {DashboardError} `NOT_FOUND`. */
  open(path: string): Promise<Readable>;
  readonly logs: Logs;
  readonly watch: RunWatch;
  /** Requests to the store so far. */
  readonly requests: number;
}

export interface ReadModelOptions {
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** Between two looks at a run that is followed, in milliseconds. @default 400 */
  readonly watchIntervalMs?: number;
  /** Failures nobody waits for. */
  readonly onError: (error: unknown) => void;
}

export function createReadModel(results: Results, { clock, watchIntervalMs, onError }: ReadModelOptions): ReadModel {
  const builds = createBuilds(results, clock);
  const heads = createRunHeads(results, clock);
  const runs = createRuns(results, heads, clock);
  const grids = createGrids({ builds, heads, runs }, clock);
  const sources = createLogSources(results);
  return {
    jobs: async () => ({ results: results.uri, jobs: await findJobs(results) }),
    job: (job, page) => readJob({ builds, heads }, job, page),
    grid: (job, page) => grids.read(job, page),
    pulls: () => findPulls(results),
    pull: (pull, page) => readPull({ results, builds, heads }, pull, page),
    run: (run) => runs.read(run),
    tests: (run) => runs.tests(run),
    artifacts: (run) => runs.artifacts(run),
    async compare(a, b) {
      const [first, second] = await Promise.all(
        [a, b].map(async (run) => ({ run: await runs.read(run), tests: await runs.tests(run) })),
      );
      if (first === undefined || second === undefined) throw new Error('two runs were asked for');
      return compareRuns(first, second);
    },
    async open(path) {
      try {
        return await results.stream(path);
      } catch (cause) {
        if (isMissing(cause)) throw new DashboardError('NOT_FOUND', `there is no ${path}`, { cause });
        throw cause;
      }
    },
    logs: createLogs(sources, clock),
    watch: createRunWatch({
      read: (run) => runs.read(run),
      clock,
      onError,
      ...(watchIntervalMs === undefined ? {} : { intervalMs: watchIntervalMs }),
    }),
    get requests() {
      return results.requests;
    },
    [Symbol.asyncDispose]: () => sources[Symbol.asyncDispose](),
  };
}
