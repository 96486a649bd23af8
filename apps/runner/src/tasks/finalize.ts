import { checkReports } from '@seatrial/junit';
import { defineTask, type Task, type TaskContext } from '@seatrial/pipeline';
import { joinUri } from '@seatrial/storage';
import { RunnerError } from '../errors.js';
import { junitFile } from '../results/result-writer.js';
import type { Trial } from '../trial.js';
import type { BuildOutput } from './build.js';

export interface FinalizeScope {
  /** Tasks of this run that must have left a report. */
  readonly expected: readonly string[];
  /** Every task of the plan is part of the run: only then may it move `latest_*`. */
  readonly whole: boolean;
}

/**
 * Judges the reports, and moves `latest_green.json` and `latest_release.json` when a postsubmit passed.
 *
 * A task that was held back gets a report that says so: a row that is missing reads as one that
 * was never there. A report that is missing, unexpected, empty or unreadable fails the run.
 */
export function finalizeTask(trial: Trial, after: readonly Task[], scope: () => FinalizeScope) {
  return defineTask({
    name: 'finalize',
    summary: 'judge the reports, publish the verdict',
    after,
    when: 'all_done',
    cleanup: true,
    describe: () => ['check every junit file, then write finished.json'],
    run: async (context): Promise<void> => {
      const { expected, whole } = scope();
      await reportHeldBack(trial, context, expected);
      const files = await readReports(trial);
      const checked = checkReports({ expected: expected.map(junitFile), files });
      const bad = Object.values(context.results).some(({ state }) => state === 'failed' || state === 'aborted');
      // A failing report is the trace of a task that failed; that task has already said so.
      const problems = checked.problems.filter(({ kind }) => !(bad && kind === 'failing'));
      context.log(`${files.size} reports, ${checked.verdict.tests} tests, ${checked.verdict.failed.length} failed`);
      if (problems.length > 0) {
        throw new RunnerError('RESULTS_INCOMPLETE', `the reports do not add up: ${problems[0]?.message ?? ''}`, {
          detail: problems.map(({ file, kind, message }) => `${file}: ${kind}: ${message}`).join('\n'),
          hint: 'Look for the task that should have written the file; its log is in artifacts/seatrial/logs.',
        });
      }
      if (trial.job.type === 'postsubmit' && whole && !bad && checked.passed) await moveLatest(trial, context);
    },
  });
}

async function reportHeldBack(trial: Trial, context: TaskContext<unknown>, expected: readonly string[]): Promise<void> {
  for (const name of expected) {
    const result = context.results[name];
    if (result === undefined || result.startedMs !== undefined) continue;
    await trial.results.report(name, {
      name: 'seatrial',
      cases: [
        {
          name,
          className: trial.config.name,
          durationSeconds: 0,
          problems: [],
          skipped: { message: result.reason ?? 'was not started' },
        },
      ],
    });
  }
}

async function readReports({ resultStore, runUri }: Trial): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const prefix = joinUri(runUri, 'artifacts', 'junit_');
  for await (const { uri } of resultStore.list(prefix)) {
    const base = uri.slice(uri.lastIndexOf('/') + 1);
    if (base.endsWith('.xml')) files.set(base, await resultStore.readText(uri));
  }
  return files;
}

async function moveLatest(trial: Trial, context: TaskContext<unknown>): Promise<void> {
  const { moveLatestGreen, revisionOf } = await import('@seatrial/prow');
  const { moveLatestRelease } = await import('@seatrial/release');
  const { job, resultsUri, resultStore } = trial;
  const sha = revisionOf(job);
  if (sha === undefined) return;
  const green = await moveLatestGreen(resultStore, joinUri(resultsUri, 'latest_green', job.job, 'latest_green.json'), {
    job: job.job,
    sha,
    buildId: job.buildId,
  });
  context.log(`latest_green.json ${green}`);
  const build = context.results['build']?.output as BuildOutput | undefined;
  if (build?.chartUri === undefined || trial.releasesUri === undefined) return;
  const release = await moveLatestRelease(await trial.services.store(), {
    releasesUri: trial.releasesUri,
    archive: build.chart,
    sha,
    target: build.chartUri,
    buildId: job.buildId,
  });
  context.log(`latest_release.json ${release}`);
}
