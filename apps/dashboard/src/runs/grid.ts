import { LRUCache } from 'lru-cache';
import type { GridAnswer, GridCell, GridRow, JobRef, RunHead, TestState, TestView } from '../api.js';
import type { Builds } from '../results/builds.js';
import type { RunFiles, RunHeads } from './run-heads.js';
import type { Runs } from './runs.js';

export interface GridDeps {
  readonly builds: Builds;
  readonly heads: RunHeads;
  readonly runs: Runs;
}

/** Characters of a message that a cell carries; the run has the rest. */
const MAX_MESSAGE = 300;

/** Columns whose cells are kept in memory. */
const MAX_COLUMNS = 5_000;
/** After its end, and this long, a run's tests do not change but by a resume, which moves its end. */
const SETTLED_MS = 10 * 60 * 1_000;

type Cells = ReadonlyMap<string, GridCell>;

/** Grids of tests by runs. */
export interface Grids {
  /** The newest runs of a job, or those before a build. */
  read(job: JobRef, options: { readonly count: number; readonly before?: string }): Promise<GridAnswer>;
}

/**
 * Reads grids: the listing of builds, and for each run that is not kept its two metadata files, a listing and its junit
 * files.
 */
export function createGrids({ builds, heads, runs }: GridDeps, { now }: { readonly now: () => number }): Grids {
  const kept = new LRUCache<string, { readonly version: string; readonly cells: Cells }>({ max: MAX_COLUMNS });

  const readCells = async (run: string, { head, version }: RunFiles): Promise<Cells> => {
    const known = kept.get(run);
    if (known?.version === version) return known.cells;
    const cells = cellsOf((await runs.tests(run)).tests);
    if (head.endedMs !== undefined && now() - head.endedMs > SETTLED_MS) kept.set(run, { version, cells });
    return cells;
  };

  return {
    async read(job, options) {
      const { builds: newest, more } = await builds.newest(job, options);
      const columns = await Promise.all(
        newest.map(async ({ run }) => {
          const files = await heads.read(run);
          return { head: files.head, cells: await readCells(run, files) };
        }),
      );
      const names = new Set(columns.flatMap(({ cells }) => [...cells.keys()]));
      const rows = [...names].map((name) =>
        rowOf(
          name,
          columns.map(({ cells }) => cells.get(name) ?? null),
        ),
      );
      return { ...job, columns: columns.map(({ head }): RunHead => head), rows, more };
    },
  };
}

/** One cell for each name; of a name that repeats, flaky where some passed and some failed, else the gravest. */
function cellsOf(tests: readonly TestView[]): Cells {
  const byName = new Map<string, TestView[]>();
  // Back in the order of the files, so that rows stay where they are from run to run.
  for (const test of [...tests].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))) {
    const same = byName.get(test.name);
    if (same === undefined) byName.set(test.name, [test]);
    else same.push(test);
  }
  return new Map([...byName].map(([name, same]) => [name, mergeTests(same)]));
}

const GRAVEST_FIRST: readonly TestState[] = ['fail', 'flaky', 'pass', 'skip'];

function mergeTests(tests: readonly TestView[]): GridCell {
  const states = new Set(tests.map(({ state }) => state));
  const isMixed = states.has('fail') && (states.has('pass') || states.has('flaky'));
  const state = isMixed ? 'flaky' : (GRAVEST_FIRST.find((one) => states.has(one)) ?? 'pass');
  const message = tests.find((test) => test.message !== undefined)?.message ?? attemptMessage(tests);
  const seconds = tests.reduce((sum, test) => sum + (test.seconds ?? 0), 0);
  return {
    state,
    ...(message === undefined ? {} : { message: message.slice(0, MAX_MESSAGE) }),
    ...(seconds === 0 ? {} : { seconds }),
  };
}

function attemptMessage(tests: readonly TestView[]): string | undefined {
  return tests.flatMap(({ attempts }) => attempts).find(({ message }) => message !== undefined)?.message;
}

function rowOf(name: string, cells: readonly (GridCell | null)[]): GridRow {
  return { name, cells, flakiness: flakinessOf(cells) };
}

/** Changes between passing and failing, and flaky cells, per cell that is there. */
export function flakinessOf(cells: readonly (GridCell | null)[]): number {
  const states = cells.flatMap((cell) => (cell === null || cell.state === 'skip' ? [] : [cell.state]));
  if (states.length === 0) return 0;
  const flaky = states.filter((state) => state === 'flaky').length;
  const steady = states.filter((state) => state !== 'flaky');
  const changes = steady.filter((state, at) => at > 0 && state !== steady[at - 1]).length;
  return (flaky + changes) / states.length;
}
