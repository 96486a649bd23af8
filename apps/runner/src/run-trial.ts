import { hostname } from 'node:os';
import { join } from 'node:path';
import { pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { exitCodes, formatError, type Redactor } from '@seatrial/cli';
import type { ClusterHandle } from '@seatrial/deploy';
import { createJournal, type Journal, type PipelineEvent, type RunResult, runGraph } from '@seatrial/pipeline';
import { createStarted, shouldWriteResults, writeStarted } from '@seatrial/prow';
import { joinUri, type ObjectStore, removeTornWrites } from '@seatrial/storage';
import { clustersOf } from './config/schema.js';
import { RunnerError } from './errors.js';
import { type Plan, withNeeds } from './plan.js';
import type { RunReporter } from './report/run-reporter.js';
import { formatSummary } from './results/summary.js';
import { finishRun, type Closing } from './run/finish.js';
import { deleteCommand, holdCluster } from './run/holdings.js';
import { writeProcessRecord } from './run/process-record.js';
import { runSteps } from './run/run-steps.js';
import { stopRequestUri, waitForStopRequest } from './run/stop-request.js';
import { createObserver, type Screen } from './screen/observer.js';
import { recordOf } from './settings-record.js';
import { onCluster, revisionOfTrial, type Trial } from './trial.js';

export type { Screen } from './screen/observer.js';

export interface RunTrialOptions {
  /** Milliseconds on the clock when the command was started. */
  readonly startedMs: number;
  /** @default no limit */
  readonly maxParallel?: number;
  /** Whether started.json and finished.json are this run's to write. @default true, but for what Prow's sidecar writes */
  readonly writesVerdict?: boolean;
  /** Take over what an earlier run of the same journal has done. @default false */
  readonly resume?: boolean;
  /** Tasks to do again although they succeeded. @default none */
  readonly redo?: readonly string[];
  /** Of an earlier run of the same journal, do this task alone; what the journal says of that run stays. @default all of the plan */
  readonly step?: string;
  /** Tells of the run where it was asked for. @default nowhere */
  readonly reporter?: RunReporter;
}

/**
 * Runs a plan, writes its results, prints what became of it.
 *
 * @returns the exit code
 * @throws {RunnerError} `LOCK_LOST` when another process has taken the run over: what runs is stopped, nothing is torn down,
 * and results and verdict are left to the other.
 */
export async function runTrial(
  { trial, plan }: { readonly trial: Trial; readonly plan: Plan },
  screen: Screen,
  options: RunTrialOptions,
): Promise<number> {
  const { runUri, job } = trial;
  const isWhole = options.writesVerdict !== false;
  const writes = isWhole ? shouldWriteResults(job) : { started: false, finished: false };
  const takeBack = screen.onForcedExit?.(() =>
    [...trial.holdings.describe(), `go on with: seatrial e2e --resume ${runUri}`].join('\n'),
  );
  try {
    if (isWhole) await beginResults(trial, { ...options, writesStarted: writes.started });
    await options.reporter?.begin();
    const result = await runPlan(trial, plan, screen, options);
    if (trial.lock.signal.aborted) throw lostTo(trial);
    const closing = await finishRun(trial, result, { writesFinished: writes.finished });
    if (trial.lock.signal.aborted) throw lostTo(trial);
    const exitCode = exitCodeOf(result, closing);
    const summary = await summaryOf(trial, plan, result, closing, options);
    await options.reporter?.end({ summary, closing });
    show(screen, trial, { summary, closing, exitCode });
    return exitCode;
  } finally {
    takeBack?.();
  }
}

function lostTo({ lock, runUri }: Trial): RunnerError {
  const reason = lock.signal.reason as Error;
  return new RunnerError('LOCK_LOST', `${reason.message}: this process has stopped`, {
    cause: reason,
    hint: `Nothing was torn down or written by it since. See seatrial runs show ${runUri}`,
  });
}

/** What readers find first: who runs it, and that it has begun. What an earlier attempt said of its end is taken away. */
async function beginResults(
  trial: Trial,
  { startedMs, writesStarted, resume = false }: RunTrialOptions & { readonly writesStarted: boolean },
): Promise<void> {
  const { resultStore: store, resultsUri, runUri, job, clock } = trial;
  const gone = { ignoreMissing: true };
  await writeProcessRecord({ store, clock }, runUri, { host: hostname(), pid });
  if (resume) {
    // A verdict of before must not outlive what is done again now, should this be killed too.
    if (runUri.startsWith('file://')) await removeTornWrites(fileURLToPath(runUri));
    await Promise.all([
      store.delete(stopRequestUri(runUri), gone),
      ...(writesStarted ? [store.delete(joinUri(runUri, 'finished.json'), gone)] : []),
    ]);
  }
  if (!writesStarted) return;
  const started = createStarted(job, { timestampMs: startedMs, node: hostname(), revision: revisionOfTrial(trial) });
  await writeStarted(store, resultsUri, job, started);
}

async function runPlan(trial: Trial, plan: Plan, screen: Screen, options: RunTrialOptions): Promise<RunResult> {
  const { clock, resultStore, runUri, results } = trial;
  const { resume = false, redo = [], maxParallel, step } = options;
  const journal = openJournal(resultStore, runUri, trial.redact);
  if (resume || step !== undefined) await holdWhatWasMade(trial, journal);
  const observer = createObserver(screen, plan, trial.redact);
  const ended = new AbortController();
  const publishing = results.followLogs(ended.signal);
  const waiting = waitForStopRequest({ store: resultStore, clock }, runUri, ended.signal).then((by) => {
    if (by !== undefined) trial.stop(new Error(`asked to stop by ${by}`));
  });
  const execution = {
    journal,
    signal: trial.signal,
    abandonSignal: trial.lock.signal,
    clock,
    onEvent(event: PipelineEvent) {
      record(event, trial);
      observer.event(event);
    },
  };
  try {
    if (step !== undefined) {
      const needs = new Set(withNeeds(plan, step));
      // The source is checked out again where it is gone.
      return await runSteps(plan.graph, step, { ...execution, needs, remade: ['clone'] });
    }
    return await runGraph(plan.graph, {
      ...execution,
      selection: plan.selection,
      resume,
      redo,
      meta: recordOf(trial),
      maxParallel,
    }).result;
  } finally {
    ended.abort(new Error('the run has ended'));
    await Promise.all([observer.close(), publishing, waiting]);
  }
}

/** What the logs keep of an event. */
function record(event: PipelineEvent, { results }: Trial): void {
  if (event.type === 'log') results.log.line(event.name, event.line);
  else if (event.type === 'task' && event.error !== undefined)
    results.log.line(event.name, `${event.state}: ${event.error.message}`);
  else if (event.type === 'run' && event.state === 'stopping')
    results.log.line('seatrial', `stopping: ${event.reason ?? ''}`);
}

/** A run that is resumed holds the clusters of before, until they are torn down. */
async function holdWhatWasMade(trial: Trial, journal: Journal): Promise<void> {
  for (const cluster of clustersOf(trial.config)) {
    const [handle, teardown] = await Promise.all([
      journal.readCheckpoint(onCluster('create-cluster', { cluster })) as Promise<ClusterHandle | undefined>,
      journal.readTask(onCluster('teardown', { cluster })),
    ]);
    if (handle !== undefined && teardown?.state !== 'succeeded') holdCluster(trial, handle);
  }
}

/** The facts of a run for whoever reads them: a person, a program, a pull request. */
export type RunSummary = Parameters<typeof formatSummary>[0];

async function summaryOf(
  trial: Trial,
  plan: Plan,
  result: RunResult,
  closing: Closing,
  { startedMs }: RunTrialOptions,
): Promise<RunSummary> {
  return {
    result,
    job: trial.job.job,
    buildId: trial.job.buildId,
    runUri: trial.runUri,
    order: plan.graph.tasks.map(({ name }) => name),
    selected: plan.selection.names,
    wallMs: trial.clock.now() - startedMs,
    tests: closing.tests,
    notes: await keptNotes(trial, result),
  };
}

function show(
  screen: Screen,
  trial: Trial,
  {
    summary,
    closing,
    exitCode,
  }: { readonly summary: RunSummary; readonly closing: Closing; readonly exitCode: number },
): void {
  const { result, runUri } = summary;
  const { passed, failed, skipped } = summary.tests;
  const tests = { passed, failed, skipped };
  for (const problem of closing.problems) {
    screen.stderr.write(`${trial.redact(formatError(problem, { color: screen.color, withStack: false }))}\n`);
  }
  if (!screen.flags.json) return screen.print(trial.redact(formatSummary(summary)));
  const line = { type: 'result', state: result.state, exitCode, runUri, tests, durationMs: summary.wallMs };
  screen.print(trial.redact(JSON.stringify(line)));
}

/** A cluster that is kept costs money until somebody deletes it: say how. */
async function keptNotes({ config, keepCluster, services, workDir }: Trial, { tasks }: RunResult): Promise<string[]> {
  if (!keepCluster || !(await services.provider()).ownsCluster) return [];
  return clustersOf(config).flatMap((cluster) => {
    const handle = tasks[onCluster('create-cluster', { cluster })]?.checkpoint as ClusterHandle | undefined;
    if (handle === undefined) return [];
    return [
      `kept      cluster ${handle.name}, KUBECONFIG=${join(workDir, onCluster('kubeconfig', { cluster }))}`,
      `delete    ${deleteCommand(handle)}`,
    ];
  });
}

/** The journal of a run lies with its results. */
export function openJournal(store: ObjectStore, runUri: string, redact: Redactor | undefined): Journal {
  const base = joinUri(runUri, 'artifacts', 'seatrial');
  return createJournal({
    read: async (path) => (await store.find(joinUri(base, path)))?.text,
    write: async (path, text) => {
      await store.write(joinUri(base, path), redact?.(text) ?? text, { contentType: 'application/json' });
    },
  });
}

/** 0 passed; 1 what was tried failed; 3 only the infrastructure did. An interrupted run keeps its signal's code. */
export function exitCodeOf(result: RunResult, { problems, tests }: Closing): number {
  // Where results cannot be written, tasks fail for that as well.
  if (problems.length > 0 && tests.failed === 0) return exitCodes.infrastructure;
  if (result.state === 'succeeded' && problems.length === 0) return exitCodes.success;
  const errors = Object.values(result.tasks).flatMap(({ error }) => (error === undefined ? [] : [error]));
  const onlyInfrastructure = errors.length > 0 && errors.every(({ infrastructure }) => infrastructure === true);
  return onlyInfrastructure ? exitCodes.infrastructure : exitCodes.failed;
}
