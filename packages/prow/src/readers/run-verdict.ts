import { joinKey } from '../results.js';
import type { Cell } from './cell.js';
import { deckRun } from './deck.js';
import type { DeckRun } from './deck.js';
import { gubernatorPassed, gubernatorTests } from './gubernator.js';
import { readRun } from './read-run.js';
import type { ReadRun, RunJunitFile, RunStore } from './read-run.js';
import { spyglassPassed, spyglassTests } from './spyglass.js';
import type { ListedTest } from './spyglass.js';
import { testgridColumn, testgridVersion } from './testgrid-column.js';
import type { ColumnState } from './testgrid-column.js';
import { explainOverall, testgridOverall } from './testgrid-overall.js';
import type { RunFiles } from './testgrid-overall.js';
import { testgridPodWithoutInfo } from './testgrid-pod.js';
import { testgridRows } from './testgrid-rows.js';

/** A test that a reader lists, and the junit file it is in. */
export type ListedFileTest = ListedTest & { readonly file: string };

/** What each reader shows of a run. */
export interface RunVerdict {
  readonly runUri: string;
  readonly job: string;
  readonly buildId: string;
  readonly testgrid: {
    readonly column: ColumnState;
    /** What the header `Commit` says. */
    readonly version: string;
    /** Cells by row: `<job>.Overall`, `<job>.Pod` when there is no podinfo.json, then the tests. */
    readonly rows: readonly (Cell & { readonly name: string })[];
  };
  readonly deck: DeckRun;
  /** `passed` is left out while the run is not finished. */
  readonly spyglass: { readonly passed?: boolean; readonly tests: readonly ListedFileTest[] };
  readonly gubernator: { readonly passed?: boolean; readonly tests: readonly ListedFileTest[] };
  /** Why readers show less than, or other than, the writer may have meant. */
  readonly warnings: readonly string[];
}

/**
 * What TestGrid, Deck, Spyglass and Gubernator show of a run, read from the objects that they read.
 *
 * @throws {ProwError} `NOT_FOUND` when there is no run. Errors of the store pass through.
 */
export async function runVerdict(
  store: RunStore,
  runUri: string,
  options: {
    readonly nowMs: number;
    /** The test group's `days_of_results`. @default 7 */
    readonly daysOfResults?: number;
    /** The test group's `disable_merged_status`. @default false */
    readonly disableMergedStatus?: boolean;
  },
): Promise<RunVerdict> {
  const run = await readRun(store, runUri);
  const files: RunFiles = {
    started: run.started === 'undecodable' ? undefined : run.started,
    finished: run.finished === 'undecodable' ? undefined : run.finished,
    malformed: [...run.empty, ...malformedFiles(run)],
  };
  const isUndecodable = run.started === 'undecodable' || run.finished === 'undecodable';
  const column = testgridColumn(isUndecodable ? 'undecodable' : run.started, options);
  const passed = spyglassPassed(files);
  const gubernator = gubernatorPassed(files);
  return {
    runUri,
    job: run.job,
    buildId: run.buildId,
    testgrid: {
      column,
      version: testgridVersion(files.started, files.finished),
      rows: testgridCells(run, files, column, options),
    },
    deck: deckRun(files),
    spyglass: { ...(passed === undefined ? {} : { passed }), tests: listed(run, spyglassTests) },
    gubernator: {
      ...(gubernator === undefined ? {} : { passed: gubernator }),
      tests: listed(run, gubernatorTests),
    },
    warnings: [...warningsOf(run, files, column), ...(await aliasWarnings(store, run))],
  };
}

function testgridCells(
  run: ReadRun,
  files: RunFiles,
  column: ColumnState,
  options: { readonly nowMs: number; readonly disableMergedStatus?: boolean },
): RunVerdict['testgrid']['rows'] {
  const single = (result: Cell['result'], message: string) => [{ name: 'Overall', result, icon: '', message }];
  if (column === 'placeholder') return single('RUNNING', 'started.json is missing, or has no time');
  if (column === 'too-old') return single('UNKNOWN', 'older than the days of results');
  if (column === 'undecodable') return single('TOOL_FAIL', 'failed to download');
  const tests = testgridRows(
    run.junitFiles.flatMap(({ testgrid, content }) => (testgrid && isRead(content) ? [content] : [])),
    options,
  );
  return [
    { name: `${run.job}.Overall`, ...explainOverall(testgridOverall(files, options), tests.values()) },
    ...(run.hasPodInfo ? [] : [{ name: `${run.job}.Pod`, ...testgridPodWithoutInfo(files, options) }]),
    ...[...tests].map(([name, cell]) => ({ name, ...cell })),
  ];
}

function isRead(content: RunJunitFile['content']): content is Exclude<RunJunitFile['content'], { malformed: string }> {
  return !('malformed' in content);
}

function malformedFiles({ junitFiles }: ReadRun): readonly string[] {
  return junitFiles.filter(({ testgrid, content }) => testgrid && !isRead(content)).map(({ path }) => path);
}

function listed({ junitFiles }: ReadRun, list: typeof spyglassTests): readonly ListedFileTest[] {
  return junitFiles.flatMap(({ path, spyglass, content }) =>
    spyglass && isRead(content) ? list(content).map((test) => ({ file: path, ...test })) : [],
  );
}

function warningsOf(run: ReadRun, { finished }: RunFiles, column: ColumnState): readonly string[] {
  const warnings = run.junitFiles.flatMap(({ path, testgrid, spyglass, content }) => [
    ...(isRead(content) ? [] : [`${path}: ${content.malformed}`]),
    ...(testgrid ? [] : [`TestGrid does not look at ${path}`]),
    ...(spyglass ? [] : [`Spyglass does not look at ${path}`]),
  ]);
  for (const name of ['started', 'finished'] as const) {
    if (run[name] === 'undecodable') warnings.push(`${name}.json cannot be decoded`);
  }
  for (const name of run.empty) warnings.push(`${name} is empty`);
  if (column === 'placeholder') warnings.push('TestGrid shows no tests before started.json has a timestamp');
  if (finished !== undefined && finished.timestamp === undefined) {
    warnings.push('TestGrid takes the run as running: finished.json has no timestamp');
  }
  const { passed, result } = finished ?? {};
  if (passed !== undefined && result !== undefined && passed !== (result.toUpperCase() === 'SUCCESS')) {
    warnings.push(`readers disagree: finished.json says passed ${passed} and result ${JSON.stringify(result)}`);
  }
  return warnings;
}

/** TestGrid finds a presubmit's run by the metadata of its alias only. */
async function aliasWarnings(store: Pick<RunStore, 'stat'>, run: ReadRun): Promise<readonly string[]> {
  const presubmit = /^(.*)\/pr-logs\/pull\/(?!batch\/).+\/[^/]+\/[^/]+\/?$/.exec(run.runUri);
  if (presubmit === null) return [];
  const alias = joinKey(presubmit[1] ?? '', `pr-logs/directory/${run.job}/${run.buildId}.txt`);
  const info = await store.stat(alias);
  if (info === undefined) return [`TestGrid and Deck do not list the run: there is no ${alias}`];
  const link = info.metadata['x-goog-meta-link'] ?? info.metadata['link'];
  return link === undefined ? [`TestGrid does not list the run: ${alias} has no metadata "x-goog-meta-link"`] : [];
}
