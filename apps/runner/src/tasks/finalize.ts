import { checkReports, type ReportContent } from '@seatrial/junit';
import { defineTask, type Task, type TaskContext } from '@seatrial/pipeline';
import { joinUri } from '@seatrial/storage';
import { RunnerError } from '../errors.js';
import { junitFile } from '../results/result-writer.js';
import { revisionOfTrial, type Trial } from '../trial.js';
import type { BuildOutput } from './build.js';
import type { CloneOutput } from './clone.js';

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
      const files = await findReports(trial);
      const checked = await checkReports({ expected: expected.map(junitFile), files });
      const bad = Object.values(context.results).some(({ state }) => state === 'failed' || state === 'aborted');
      // A failing report is the trace of a task that failed; that task has already said so.
      const problems = checked.problems.filter(({ kind }) => !(bad && kind === 'failing'));
      const { tests, failures, errors } = checked.verdict;
      context.log(`${files.size} reports, ${tests} tests, ${failures + errors} failed`);
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

async function findReports({ resultStore, runUri }: Trial): Promise<ReadonlyMap<string, ReportContent>> {
  const files = new Map<string, ReportContent>();
  const prefix = joinUri(runUri, 'artifacts', 'junit_');
  for await (const { uri } of resultStore.list(prefix)) {
    const base = uri.slice(uri.lastIndexOf('/') + 1);
    if (base.endsWith('.xml')) files.set(base, () => resultStore.readStream(uri));
  }
  return files;
}

async function moveLatest(trial: Trial, context: TaskContext<unknown>): Promise<void> {
  const { job, resultsUri, resultStore, runUri, services } = trial;
  const source = context.results['clone']?.output as CloneOutput | undefined;
  const sha = revisionOfTrial(trial);
  if (source?.dirty !== false || source.sha !== sha) {
    context.log(`latest_green.json stays: what passed is not the job's commit ${sha} as it is`);
    return;
  }
  const buildId = job.buildId;
  // In a decorated job, only Prow knows where the results go in the end.
  if (runUri.startsWith(resultsUri)) {
    const { latestGreenUri, moveLatestGreen } = await import('@seatrial/prow');
    const moved = await moveLatestGreen(resultStore, latestGreenUri(resultsUri, job.job), {
      job: job.job,
      sha,
      buildId,
    });
    context.log(`latest_green.json: ${moved}`);
  }
  const build = context.results['build']?.output as BuildOutput | undefined;
  const releasesUri = await services.releasesUri();
  if (build?.chartUri === undefined || releasesUri === undefined) return;
  const { publishLatestRelease } = await import('@seatrial/release');
  const release = { releasesUri, archive: build.chart, sha, target: build.chartUri, buildId };
  const { clock } = trial;
  const { latest, indexed } = await publishLatestRelease(await services.store(), release, {
    clock,
    signal: context.signal,
  });
  context.log(`latest_release.json: ${latest}; index.yaml: ${indexed ? 'added' : 'kept'}`);
}
