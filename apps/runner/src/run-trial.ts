import { hostname } from 'node:os';
import { join } from 'node:path';
import { type CommandContext, createProgress, exitCodes, type Progress } from '@seatrial/cli';
import { readVerdict } from '@seatrial/junit';
import { createJournal, type Journal, type PipelineEvent, type RunResult, runGraph } from '@seatrial/pipeline';
import { createFinished, createStarted, shouldWriteResults, writeFinished, writeStarted } from '@seatrial/prow';
import type { ClusterHandle } from '@seatrial/deploy';
import { joinUri, type ObjectStore } from '@seatrial/storage';
import type { Plan } from './plan.js';
import type { Redact } from './results/redactor.js';
import { formatSummary } from './results/summary.js';
import { recordOf } from './settings-record.js';
import type { BuildOutput } from './tasks/build.js';
import { onCluster, revisionOfTrial, type Trial } from './trial.js';
import { clustersOf } from './config/schema.js';

/** Where a run is seen, and by what it is stopped. */
export type Screen = Pick<CommandContext, 'signal' | 'stderr' | 'isTty' | 'color' | 'print'>;

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
}

/** Runs a plan, writes its results, prints what became of it. @returns the exit code */
export async function runTrial(
  { trial, plan }: { readonly trial: Trial; readonly plan: Plan },
  screen: Screen,
  options: RunTrialOptions,
): Promise<number> {
  const { clock, resultStore, resultsUri, job, runUri } = trial;
  const order = plan.graph.tasks.map(({ name }) => name);
  const selected = plan.selection.names;
  const writes = options.writesVerdict === false ? { started: false, finished: false } : shouldWriteResults(job);
  const revision = revisionOfTrial(trial);
  if (writes.started) {
    await writeStarted(
      resultStore,
      resultsUri,
      job,
      createStarted(job, {
        timestampMs: options.startedMs,
        node: hostname(),
        revision,
      }),
    );
  }
  const progress = createProgress({
    stream: screen.stderr,
    isTty: screen.isTty,
    color: screen.color,
    clock,
    tasks: plan.graph.tasks.filter(({ name }) => selected.has(name)).map(({ name, group }) => ({ name, group })),
  });
  let result: RunResult;
  try {
    result = await runGraph(plan.graph, {
      journal: openJournal(resultStore, runUri, trial.redact),
      selection: plan.selection,
      signal: screen.signal,
      clock,
      resume: options.resume ?? false,
      redo: options.redo ?? [],
      meta: recordOf(trial),
      onEvent: (event) => follow(event, trial, progress, selected),
      maxParallel: options.maxParallel,
    }).result;
  } finally {
    await progress.close();
  }
  const wallMs = clock.now() - options.startedMs;
  await trial.results.log.close();
  await trial.results.publishLogs();
  if (writes.finished) {
    const finished = createFinished(job, {
      timestampMs: clock.now(),
      passed: result.state === 'succeeded',
      result: RESULTS[result.state],
      revision,
      metadata: factsOf(result),
    });
    await writeFinished(resultStore, runUri, finished);
  }
  const tests = await countTests(trial);
  const notes = await keptNotes(trial, result);
  screen.print(
    trial.redact(
      formatSummary({ result, job: job.job, buildId: job.buildId, runUri, order, selected, wallMs, tests, notes }),
    ),
  );
  return exitCodeOf(result);
}

/** A cluster that is kept costs money until somebody deletes it: say how. */
async function keptNotes({ config, keepCluster, services, workDir }: Trial, { tasks }: RunResult): Promise<string[]> {
  if (!keepCluster || !(await services.provider()).ownsCluster) return [];
  return clustersOf(config).flatMap((cluster) => {
    const handle = tasks[onCluster('create-cluster', { cluster })]?.checkpoint as ClusterHandle | undefined;
    if (handle === undefined) return [];
    const { name, project, location } = handle;
    return [
      `kept      cluster ${name}, KUBECONFIG=${join(workDir, onCluster('kubeconfig', { cluster }))}`,
      `delete    seatrial gke delete --project ${project ?? ''} --zone ${location ?? ''} --cluster ${name}`,
    ];
  });
}

/** Columns' headers in TestGrid: what was built. */
function factsOf({ tasks }: RunResult): Record<string, string> {
  const build = tasks['build']?.output as BuildOutput | undefined;
  return build === undefined ? {} : { image: build.imageTag, chart: build.chartVersion };
}

const RESULTS = { succeeded: 'SUCCESS', failed: 'FAILURE', aborted: 'ABORTED' } as const;

/** The journal of a run lies with its results. */
export function openJournal(store: ObjectStore, runUri: string, redact: Redact = (text) => text): Journal {
  const base = joinUri(runUri, 'artifacts', 'seatrial');
  return createJournal({
    read: async (path) => (await store.find(joinUri(base, path)))?.text,
    write: async (path, text) => {
      await store.write(joinUri(base, path), redact(text), { contentType: 'application/json' });
    },
  });
}

function follow(event: PipelineEvent, trial: Trial, progress: Progress, selected: ReadonlySet<string>): void {
  switch (event.type) {
    case 'log':
      trial.results.log.line(event.name, event.line);
      progress.line(event.name, trial.redact(event.line));
      break;
    case 'progress':
      progress.update(event.name, { state: 'running', text: trial.redact(event.text) });
      break;
    case 'task':
      if (event.error !== undefined) trial.results.log.line(event.name, `${event.state}: ${event.error.message}`);
      if (!selected.has(event.name)) break;
      progress.update(event.name, {
        state: event.state,
        durationMs: event.durationMs,
        reason: event.reason,
        ...(event.error === undefined ? {} : { text: trial.redact(event.error.message) }),
      });
      break;
    case 'run':
      break;
  }
}

async function countTests({
  resultStore,
  runUri,
}: Trial): Promise<{ passed: number; failed: number; skipped: number }> {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for await (const { uri } of resultStore.list(joinUri(runUri, 'artifacts', 'junit_'))) {
    const verdict = await readVerdict(await resultStore.readStream(uri));
    const failed = verdict.failures + verdict.errors;
    sum.failed += failed;
    sum.skipped += verdict.skipped;
    sum.passed += verdict.tests - failed - verdict.skipped;
  }
  return sum;
}

/** 0 passed; 1 what was tried failed; 3 only the infrastructure did. An interrupted run keeps its signal's code. */
export function exitCodeOf(result: RunResult): number {
  if (result.state === 'succeeded') return exitCodes.success;
  const errors = Object.values(result.tasks).flatMap(({ error }) => (error === undefined ? [] : [error]));
  const onlyInfrastructure = errors.length > 0 && errors.every(({ infrastructure }) => infrastructure === true);
  return onlyInfrastructure ? exitCodes.infrastructure : exitCodes.failed;
}
